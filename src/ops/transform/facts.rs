//! What the variables and functions of a script look at while a message is worked on.

use crate::core::expr::{Host, Origin};
use sha2::{Digest, Sha256};
use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;

/// The variables, and what tells the message from others.
#[derive(Debug)]
pub(super) struct Facts<'a> {
    origin: Origin<'a>,
    bytes: &'a [u8],
    pub(super) variables: Vec<Vec<Vec<u8>>>,
    fingerprint: OnceCell<[u8; 32]>,
    counts: RefCell<HashMap<Vec<u8>, u64>>,
}

impl<'a> Facts<'a> {
    /// `bytes`: the message as it came; `variables`: how many there are.
    pub(super) fn new(origin: Origin<'a>, bytes: &'a [u8], variables: usize) -> Self {
        Self {
            origin,
            bytes,
            variables: vec![Vec::new(); variables],
            fingerprint: OnceCell::new(),
            counts: RefCell::default(),
        }
    }

    /// The variables without a value.
    pub(super) fn unset(&self) -> Vec<usize> {
        let none = self.variables.iter().enumerate().filter(|(_, values)| values.is_empty());
        none.map(|(number, _)| number).collect()
    }

    /// Takes the values of variables: what one segment told is not told of the next.
    pub(super) fn forget(&mut self, variables: &[usize]) {
        for &number in variables {
            if let Some(values) = self.variables.get_mut(number) {
                values.clear();
            }
        }
    }

    /// The length of the values that the variables have.
    pub(super) fn kept(&self) -> usize {
        self.variables.iter().flatten().map(Vec::len).sum()
    }
}

impl Host for Facts<'_> {
    fn variable(&self, number: usize) -> &[Vec<u8>] {
        self.variables.get(number).map(Vec::as_slice).unwrap_or_default()
    }

    fn origin(&self) -> Origin<'_> {
        self.origin
    }

    fn fingerprint(&self) -> [u8; 32] {
        *self.fingerprint.get_or_init(|| {
            let mut digest = Sha256::new();
            let place = [self.origin.number, self.origin.offset].map(u64::to_be_bytes);
            digest.update(place.as_flattened());
            // The message last, for the others have lengths of their own.
            digest.update((self.origin.file.len() as u64).to_be_bytes());
            digest.update(self.origin.file);
            digest.update(self.bytes);
            digest.finalize().into()
        })
    }

    fn count(&self, name: &[u8]) -> u64 {
        let mut counts = self.counts.borrow_mut();
        let count = counts.entry(name.to_vec()).or_default();
        *count += 1;
        *count
    }
}
