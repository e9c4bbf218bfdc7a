//! What tests of maps and types have in common.

use super::context::Context;
use super::input::{Index, Input, Parts};
use super::json::Json;
use super::names::Names;
use super::owners::Owners;
use super::recall::Recall;
use super::report::Report;
use super::results::Results;
use super::settings::Settings;
use super::settings::{BundleKind, Ids, Upsert};
use super::story::Story;
use super::{Converter, Memory};
use crate::core::{Frame, Frames, Message, Scope, TextOptions};

/// A message and settings, to write from.
pub(crate) struct Case {
    text: String,
    settings: Settings,
}

/// A message whose segments end with CR, and a change of the settings.
pub(crate) fn with_context(message: &str, change: impl FnOnce(&mut Settings)) -> Case {
    let mut settings = Settings::default();
    change(&mut settings);
    Case { text: message.to_owned(), settings }
}

impl Case {
    /// The JSON that `write` writes between braces.
    pub(crate) fn write(
        &self,
        write: impl for<'m> FnOnce(&mut Json, &mut Context<'m>, Input<'m>),
    ) -> String {
        let Some(Frame::Message(framed)) = Frames::new(self.text.as_bytes()).next() else {
            panic!("no message")
        };
        let message = Message::new(framed).unwrap();
        let (mut index, mut owners, mut report) =
            (Index::default(), Owners::default(), Report::default());
        let input = Input::read(&message, &mut index).unwrap();
        let story = Story::read(input, &mut owners);
        let scope = Scope::new(&message);
        let (mut names, mut recall) = (Names::default(), Recall::default());
        let mut results = Results::default();
        let source = message.bytes();
        let mut cx = Context::new(
            &self.settings,
            story,
            scope,
            source,
            &mut report,
            (&mut names, &mut recall, &mut results),
        );
        let mut w = Json::default();
        w.root(|w| write(w, &mut cx, input));
        String::from_utf8(w.bytes().to_vec()).unwrap()
    }
}

/// The JSON that `write` writes from a field.
pub(crate) fn field(
    value: &str,
    write: impl for<'m> FnOnce(&mut Json, &mut Context<'m>, Parts<'m>),
) -> String {
    let message = format!("MSH|^~\\&|A|F\rZZZ|{value}");
    with_context(&message, |_| {}).write(|w, cx, input| write(w, cx, input.seg(1).get(1)))
}

/// Asserts that messages become the same, and are counted in the same way, whatever came before them.
pub(crate) fn same_with_any_memory(messages: &[u8]) {
    for variant in 0..6 {
        let settings = Settings {
            unmapped: variant % 2 == 0,
            resources: variant == 1,
            ids: if variant == 2 { Ids::Message } else { Ids::Business },
            bundle: if variant > 2 { BundleKind::Transaction } else { BundleKind::Message },
            upsert: if variant == 3 { Upsert::Conditional } else { Upsert::Put },
            id_scope: (variant == 4).then(|| "here".to_owned()),
            ..Settings::default()
        };
        let converter = Converter::new(settings);
        let mut memory = Memory::default();
        for round in 0..4 {
            let (mut warm, mut cold) = (Report::default(), Report::default());
            for frame in Frames::new(messages) {
                let Frame::Message(framed) = frame else { continue };
                let message = Message::new(framed).unwrap();
                let convert = |memory: &mut Memory, report: &mut Report| {
                    let mut out = Vec::new();
                    let text = TextOptions::default();
                    converter.message(&message, text, memory, report, &mut out).unwrap();
                    String::from_utf8(out).unwrap()
                };
                let out = convert(&mut memory, &mut warm);
                let alone = convert(&mut Memory::default(), &mut cold);
                assert!(out == alone, "variant {variant}, round {round}:\n{out}\n{alone}");
            }
            assert_eq!(warm.to_ndjson(), cold.to_ndjson());
        }
    }
}
