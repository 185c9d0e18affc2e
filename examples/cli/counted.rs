//! What the outcome is taken for: a number, or counts out of a population.

use apportion::Model;
use apportion::model::Family;
use clap::Args;

use super::Options;

/// The family of the outcome, and what counts are out of.
#[derive(Args)]
pub struct Counted {
    /// What the outcome varies as: gaussian, whose variation is split by least squares, or poisson or negative_binomial, counts
    /// whose deviance is
    #[arg(long, value_name = "NAME", default_value_t = Family::Gaussian)]
    family: Family,
    /// Column that counts are out of, such as a population; its logarithm has a coefficient of one
    #[arg(long, value_name = "COL")]
    exposure: Option<String>,
}

impl Counted {
    /// The model of this family, for which the options read the exposure too.
    pub fn model(self, options: &mut Options, model: Model) -> Model {
        options.exposure = self.exposure;
        let model = model.family(self.family);
        options.exposure.iter().fold(model, Model::exposure)
    }

    pub fn is_of_counts(&self) -> bool {
        self.family.is_of_counts()
    }
}
