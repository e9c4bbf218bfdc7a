//! Identifiers and numbers that are the same for the same message at the same place, so that runs
//! that are repeated or parallel agree.

use super::arg;
use crate::core::expr::{ExternalFunction, Host};
use sha2::{Digest, Sha256};

/// 128 bits for the next use of a label within the message.
fn next(label: &str, host: &dyn Host) -> u128 {
    let mut digest = Sha256::new();
    // The label ends, so that none is the start of another.
    digest.update(b"pipehat ");
    digest.update(label);
    digest.update(b"\0");
    digest.update(host.fingerprint());
    digest.update(host.count(label.as_bytes()).to_be_bytes());
    let digest = digest.finalize();
    digest.iter().take(16).fold(0, |number, &byte| number << 8 | u128::from(byte))
}

/// `uuid()`: version 8 of RFC 9562, whose 122 other bits are free.
#[derive(Debug)]
pub(super) struct Uuid;

impl ExternalFunction for Uuid {
    fn call(&self, _: &[&[u8]], host: &dyn Host) -> Vec<u8> {
        uuid(next("uuid", host)).into_bytes()
    }
}

fn uuid(bits: u128) -> String {
    let bits = bits & !(0xF << 76 | 0b11 << 62) | 8 << 76 | 0b10 << 62;
    let hex = format!("{bits:032x}");
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
}

/// `control_id()`: 20 characters, as many as the standard has for MSH-10.
#[derive(Debug)]
pub(in crate::ops::transform) struct ControlId;

impl ExternalFunction for ControlId {
    fn call(&self, _: &[&[u8]], host: &dyn Host) -> Vec<u8> {
        control_id(next("control_id", host))
    }
}

/// The last 20 digits to the base of 36, which are of 103 bits.
fn control_id(bits: u128) -> Vec<u8> {
    const DIGITS: &[u8; 36] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    let digit = |place| DIGITS[(bits / 36_u128.pow(place) % 36) as usize];
    (0..20).rev().map(digit).collect()
}

/// `counter([name])`
#[derive(Debug)]
pub(super) struct Counter;

impl ExternalFunction for Counter {
    fn call(&self, args: &[&[u8]], host: &dyn Host) -> Vec<u8> {
        // The colon keeps a counter called `uuid` apart from the UUIDs.
        let name = [b"counter:", arg(args, 0)].concat();
        host.count(&name).to_string().into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_of_a_uuid() {
        assert_eq!(uuid(0), "00000000-0000-8000-8000-000000000000");
        assert_eq!(uuid(u128::MAX), "ffffffff-ffff-8fff-bfff-ffffffffffff");
        // RFC 9562, appendix B.2.
        let bits = 0x5c14_6b14_3c52_8afd_938a_375d_0df1_fbf6;
        assert_eq!(uuid(bits), "5c146b14-3c52-8afd-938a-375d0df1fbf6");
    }

    #[test]
    fn digits_of_a_control_id() {
        assert_eq!(control_id(0), b"00000000000000000000");
        assert_eq!(control_id(36 * 35 + 11), b"000000000000000000ZB");
        assert_eq!(control_id(36_u128.pow(20) - 1), b"ZZZZZZZZZZZZZZZZZZZZ");
        assert_eq!(control_id(36_u128.pow(20)), control_id(0));
    }
}
