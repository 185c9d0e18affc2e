//! Functions that run with the vector instructions that the processor has.

/// Defines a function whose body is compiled for each kind of processor, the best of which is taken when it is called.
///
/// A closure given to [`pulp::Arch::dispatch`] is too large to be inlined, and what is not inlined is compiled for the
/// oldest processor. So the body is a method that has to be. Loops in it are to be plain: what an iterator's `collect` or
/// `fold` calls need not be inlined either.
macro_rules! kernel {
    (
        $(#[$meta:meta])*
        $visibility:vis fn $name:ident<$life:lifetime>($($argument:ident: $type:ty),* $(,)?) $(-> $output:ty)? $body:block
    ) => {
        $(#[$meta])*
        $visibility fn $name<$life>($($argument: $type),*) $(-> $output)? {
            struct Kernel<$life> {
                $($argument: $type),*
            }
            impl<$life> pulp::WithSimd for Kernel<$life> {
                type Output = $crate::numerics::kernel::output!($($output)?);

                #[inline(always)]
                fn with_simd<S: pulp::Simd>(self, _: S) -> Self::Output {
                    let Kernel { $($argument),* } = self;
                    $body
                }
            }
            pulp::Arch::new().dispatch(Kernel { $($argument),* })
        }
    };
}

/// What a kernel returns.
macro_rules! output {
    () => {
        ()
    };
    ($output:ty) => {
        $output
    };
}

pub(crate) use {kernel, output};
