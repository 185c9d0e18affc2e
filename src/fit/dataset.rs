//! A model's face towards linfa.

use linfa::dataset::{AsSingleTargets, DatasetBase};
use linfa::traits::Fit;
use ndarray::{ArrayBase, Data, Ix2};

use super::FittedModel;
use crate::error::{Error, Result};
use crate::model::Model;
use crate::panel::Panel;

impl<D, T> Fit<ArrayBase<D, Ix2>, T, Error> for Model
where
    D: Data<Elem = f64>,
    T: AsSingleTargets<Elem = f64>,
{
    type Object = FittedModel;

    /// Fits to a linfa dataset, a cross-section without units whose columns are the dataset's feature names (or
    /// `x1`, `x2`, … where it has none).
    fn fit(&self, dataset: &DatasetBase<ArrayBase<D, Ix2>, T>) -> Result<FittedModel> {
        // The target takes the name of the column that the outcome is, or is made of.
        Model::fit(self, &Panel::from_dataset(dataset, &self.outcome_column()?)?)
    }
}
