//! Messages held against the standard or profiles before they are taken.

use crate::cli::profiles::profiles;
use crate::core::{Message, TextOptions};
use crate::io::Diagnostics;
use crate::net::ack::{Code, Condition, Fault};
use crate::net::listen::Check;
use crate::ops::validate::report::{Form, Options, Subject};
use crate::ops::validate::{Scratch, Settings, Severity, Validator};
use anyhow::Result;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// So many faults are told in one answer. A message may have thousands, and no sender reads them.
const MOST: usize = 100;

/// So many are kept for later messages, so that connections that are silent hold no memory.
const KEPT: usize = 8;

/// Errors make a message invalid, and it is answered as `validate -f ack` answers it.
///
/// # Errors
/// When the profiles cannot be read.
pub(super) fn check(path: Option<&Path>, diagnostics: &Diagnostics) -> Result<Check> {
    let paths: Vec<_> = path.map(PathBuf::from).into_iter().collect();
    let validator = Validator::new(Settings::new(), profiles(&paths, None, false, diagnostics)?);
    let scratches = Mutex::new(Vec::new());
    Ok(Box::new(move |message, text| {
        let free = || scratches.lock().unwrap_or_else(PoisonError::into_inner);
        let mut scratch = free().pop().unwrap_or_default();
        let judged = judge(&validator, message, text, &mut scratch);
        let mut free = free();
        if free.len() < KEPT {
            free.push(scratch);
        }
        judged
    }))
}

fn judge(
    validator: &Validator,
    message: &Message<'_>,
    text: &TextOptions,
    scratch: &mut Scratch,
) -> Option<(Code, Vec<Fault>)> {
    let options = Options {
        form: Form::Ack,
        color: false,
        terminal: false,
        values: false,
        fail_on: Some(Severity::Error),
        now: text.now,
    };
    let mut findings = Vec::new();
    let checked = validator.check(message, text, scratch, &mut findings);
    if !options.fails(&findings) {
        return None;
    }
    let subject = Subject {
        file: "",
        number: Some(1),
        offset: 0,
        bytes: message.bytes(),
        line_ending: message.line_ending(),
        first_line: 1,
        starts_line: true,
        version: checked.model.version,
    };
    // Of too many the worst.
    if findings.len() > MOST {
        findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    }
    let (code, mut faults) = options.judge(&subject, &findings);
    if faults.len() > MOST {
        faults.truncate(MOST);
        let more = "there are more problems in this message than are told";
        faults.push(Fault::new(Condition::OtherError, more));
    }
    Some((code, faults))
}
