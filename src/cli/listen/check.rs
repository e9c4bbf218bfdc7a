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
use std::sync::{Arc, Mutex, PoisonError, RwLock};

/// So many faults are told in one answer. A message may have thousands, and no sender reads them.
const MOST: usize = 100;

/// So many are kept for later messages, so that connections that are silent hold no memory.
const KEPT: usize = 8;

/// Holds messages against rules that can be read anew.
pub(super) struct Checker {
    path: Option<PathBuf>,
    rules: RwLock<Arc<Rules>>,
}

/// Rules, and what checking by them needs.
struct Rules {
    validator: Validator,
    scratches: Mutex<Vec<Scratch>>,
}

impl Rules {
    fn read(path: Option<&Path>, diagnostics: &Diagnostics) -> Result<Arc<Self>> {
        let paths: Vec<_> = path.map(PathBuf::from).into_iter().collect();
        let profiles = profiles(&paths, None, false, diagnostics)?;
        let validator = Validator::new(Settings::new(), profiles);
        Ok(Arc::new(Self { validator, scratches: Mutex::default() }))
    }
}

impl Checker {
    /// By the profiles of a file or a folder, or by the standard.
    ///
    /// # Errors
    /// When the profiles cannot be read.
    pub(super) fn new(path: Option<&Path>, diagnostics: &Diagnostics) -> Result<Self> {
        let rules = Rules::read(path, diagnostics)?;
        Ok(Self { path: path.map(Path::to_owned), rules: RwLock::new(rules) })
    }

    /// Reads the profiles anew, for messages to come.
    ///
    /// # Errors
    /// As [`Checker::new`]; then they stay what they were.
    pub(super) fn reload(&self, diagnostics: &Diagnostics) -> Result<()> {
        let Some(path) = &self.path else { return Ok(()) };
        let rules = Rules::read(Some(path), diagnostics)?;
        *self.rules.write().unwrap_or_else(PoisonError::into_inner) = rules;
        Ok(())
    }

    /// Errors make a message invalid, and it is answered as `validate -f ack` answers it.
    pub(super) fn check(self: Arc<Self>) -> Check {
        Box::new(move |message, text| {
            let rules = self.rules.read().unwrap_or_else(PoisonError::into_inner).clone();
            let free = || rules.scratches.lock().unwrap_or_else(PoisonError::into_inner);
            let mut scratch = free().pop().unwrap_or_default();
            let judged = judge(&rules.validator, message, text, &mut scratch);
            let mut free = free();
            if free.len() < KEPT {
                free.push(scratch);
            }
            judged
        })
    }
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
