//! The standard and profiles that messages are held against.

use pipehat::core::{Frame, Frames, Message, TextOptions};
use pipehat::ops::validate::profile::{Profile, Profiles, Source, Store, load, nist};
use pipehat::ops::validate::{Finding, Scratch, Settings, Validator};
use std::path::{Path as FilePath, PathBuf};

/// Any message can be held against the standard.
pub fn validate(data: &[u8]) {
    held_against(&Validator::standard(Settings::strict()), data);
}

/// Any text is a profile, or told to be none; any message can be held against what it is.
pub fn profile(data: &[u8]) {
    let end = data.iter().position(|&b| b == 0).unwrap_or(data.len());
    let (profile, stream) = (&data[..end], data.get(end + 1..).unwrap_or_default());
    let store = OneFile(profile);
    match load(&store, &[FILE.into()], None, false) {
        Ok(profiles) => held_against(&Validator::new(Settings::strict(), profiles), stream),
        Err(error) => assert!(!error.wrong.is_empty() && !error.file.is_empty()),
    }
}

/// The name of a profile that is the only file there is.
const FILE: &str = "profile.toml";

#[derive(Debug)]
struct OneFile<'a>(&'a [u8]);

impl Store for OneFile<'_> {
    fn read(&self, path: &FilePath) -> Result<Vec<u8>, String> {
        if path == FilePath::new(FILE) {
            Ok(self.0.to_vec())
        } else {
            Err("no such file".to_owned())
        }
    }

    fn list(&self, _: &FilePath) -> Result<Option<Vec<PathBuf>>, String> {
        Ok(None)
    }
}

/// Places of what is found are in the message, and it comes out the same when it is checked again
/// with what another message left behind.
fn held_against(validator: &Validator, data: &[u8]) {
    let mut scratch = Scratch::default();
    let places = |findings: &[Finding<'_>]| {
        findings.iter().map(|f| (f.rule, f.severity, f.at, f.span)).collect::<Vec<_>>()
    };
    for frame in Frames::new(data) {
        let Frame::Message(framed) = frame else { continue };
        let Ok(message) = Message::new(framed) else { continue };
        let options = TextOptions::default();
        let check = |scratch: &mut Scratch| {
            let mut findings = Vec::new();
            validator.check(&message, &options, scratch, &mut findings);
            let lines = message.segments().count() as u32;
            for finding in &findings {
                assert!(finding.at.line <= lines + 1);
                assert!(finding.span.0 <= finding.span.1);
                assert!(finding.span.1 as usize <= message.bytes().len());
            }
            places(&findings)
        };
        assert_eq!(check(&mut scratch), check(&mut Scratch::default()));
    }
}

/// Any file is a profile of NIST, a part of one, or an error with its line; and a message can be held
/// against what is read of it, whichever way.
pub fn nist_profile(data: &[u8]) {
    let small = include_bytes!("../../../fixtures/profiles/nist/profile.xml");
    let message = include_bytes!("../../../fixtures/profiles/nist/message.hl7");
    let alone = [Source { name: "data", bytes: data }];
    let part = [Source { name: "small", bytes: small }, Source { name: "data", bytes: data }];
    for files in [&alone[..], &part] {
        for nist in [false, true] {
            let model = match nist::read(files, nist) {
                Ok(model) => model,
                Err(error) => {
                    let lines = 1 + data.iter().filter(|&&b| b == b'\n').count();
                    assert!(error.file != "data" || error.line as usize <= lines, "{error}");
                    continue;
                }
            };
            let all = vec![Profile::of("data", model)];
            let mut settings = Settings::strict();
            settings.nist = nist;
            let validator = Validator::new(settings, Profiles { all, map: None });
            held_against(&validator, message);
        }
    }
}
