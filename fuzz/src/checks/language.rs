//! Paths and expressions.

use super::messages;
use pipehat::core::expr::Expression;
use pipehat::core::{Path, Scope, SyntaxError};
use std::ops::ControlFlow;

/// A message for paths and expressions.
const SAMPLE: &[u8] =
    b"MSH|^~\\&|LAB|NORTH|||20240131120000+0100||ORU^R01^ORU_R01|1|P|2.5.1|||||||\
    \rPID|1||123^^^HOSP&1.2^MR~456^^^^SS||DOE^JANE\\T\\X||19800229|F|||\"\"\
    \rOBR|1||7|718-7^Hb\rOBX|1|NM|718-7^Hb||13.5|g/dL|12-16|N\rNTE|1||a note\
    \rOBX|2|NM|4544-3^Hct||40~41|%||H\rOBX|3|ST|X||<0.5\rZPD|a|b&c|-1|20240131|00123";

fn with_sample(check: impl FnOnce(&Scope<'_, '_>)) {
    let message = messages(SAMPLE).next().expect("a message");
    check(&Scope::new(&message));
}

fn explains(error: &SyntaxError, text: &str) {
    assert!(error.at <= text.len() && text.is_char_boundary(error.at));
    assert!(!error.expected.is_empty());
    assert!(error.explain(text).ends_with(&error.expected));
    assert!(!error.to_string().is_empty());
}

/// What prints may nest deeper than what was read, and so be too deep.
fn is_too_deep(error: &SyntaxError) -> bool {
    error.expected.contains("brackets in each other")
}

/// A path is read or refused, prints as it reads, and can be evaluated.
pub fn path(data: &[u8]) {
    let text = &String::from_utf8_lossy(data);
    match text.parse::<Path>() {
        Err(error) => explains(&error, text),
        Ok(path) => {
            match path.to_string().parse::<Path>() {
                Ok(again) => assert_eq!(again, path),
                Err(error) => assert!(is_too_deep(&error), "{path}: {error}"),
            }
            with_sample(|scope| {
                let mut values = Vec::new();
                let flow = path.for_each(scope, |raw| {
                    values.push(raw);
                    ControlFlow::Continue(())
                });
                assert!(flow.is_continue());
                assert_eq!(path.first(scope.message), values.first().copied());
            });
        }
    }
}

/// An expression is read or refused, prints as what means the same, and can be evaluated.
pub fn expression(data: &[u8]) {
    let text = &String::from_utf8_lossy(data);
    match text.parse::<Expression>() {
        Err(error) => explains(&error, text),
        Ok(expression) => with_sample(|scope| {
            let holds = expression.holds(scope);
            match expression.to_string().parse::<Expression>() {
                Ok(again) => {
                    assert_eq!(again, expression, "{expression}");
                    assert_eq!(again.holds(scope), holds);
                }
                Err(error) => assert!(is_too_deep(&error), "{expression}: {error}"),
            }
            assert!(expression.paths().all(|path| !path.to_string().is_empty()));
        }),
    }
}
