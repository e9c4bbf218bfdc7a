//! Fuzzing of pipehat. Each target runs a check of [`checks`]; the test `fuzz_regressions` of the
//! package runs the same checks over `seeds` and `regressions` without a fuzzer.
//!
//! ```text
//! RUSTC_BOOTSTRAP=1 cargo fuzz run TARGET fuzz/corpus/TARGET fuzz/seeds/TARGET fuzz/regressions/TARGET
//! ```

pub mod checks;
