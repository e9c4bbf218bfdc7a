//! What tests of maps and types have in common.

use super::context::{Context, Names};
use super::input::{Index, Input, Parts};
use super::json::Json;
use super::recall::Recall;
use super::report::Report;
use super::settings::Settings;
use super::story::{Owners, Story};
use crate::core::{Frame, Frames, Message, Scope};

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
        let source = message.bytes();
        let mut cx = Context::new(
            &self.settings,
            story,
            scope,
            source,
            &mut report,
            (&mut names, &mut recall),
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
