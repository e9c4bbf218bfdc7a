#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| pipehat_fuzz::checks::to_fhir(data));
