//! Messages passed on whole.

use crate::core::{LineEnding, Message};

/// How segments end in what is passed on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Eol {
    /// CR, and LF behind the message: one message a line.
    #[default]
    Cr,
    /// LF, and an empty line behind the message.
    Lf,
    /// CRLF, and an empty line behind the message.
    Crlf,
}

impl Eol {
    fn bytes(self) -> &'static [u8] {
        match self {
            Self::Cr => b"\r",
            Self::Lf => b"\n",
            Self::Crlf => b"\r\n",
        }
    }
}

/// The form in which messages are passed on. Nothing inside a segment is touched.
#[derive(Clone, Copy, Debug, Default)]
pub struct PassOn {
    /// How segments end.
    pub eol: Eol,
    /// Each message in an MLLP block.
    pub mllp: bool,
    /// For people: a segment a line, control characters made visible, ids coloured if so.
    pub terminal: Option<Colored>,
}

/// Whether a terminal shows colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colored(pub bool);

impl PassOn {
    /// One message a line, or for a terminal a segment a line.
    #[must_use]
    pub fn new(terminal: bool, color: bool) -> Self {
        Self { terminal: (terminal || color).then_some(Colored(color)), ..Self::default() }
    }

    /// Appends a message.
    #[inline]
    pub fn append(&self, message: &Message<'_>, out: &mut Vec<u8>) {
        if let Some(Colored(color)) = self.terminal {
            return show(message, color, out);
        }
        if self.mllp {
            out.push(0x0B);
        }
        if self.eol == Eol::Cr && message.line_ending() == LineEnding::Cr {
            out.extend_from_slice(message.bytes());
        } else {
            for (n, segment) in message.segments().enumerate() {
                if n > 0 {
                    out.extend_from_slice(self.eol.bytes());
                }
                out.extend_from_slice(segment.raw());
            }
        }
        out.extend_from_slice(self.eol.bytes());
        if self.mllp {
            out.extend_from_slice(b"\x1C\r");
        } else {
            // With CR the line ends here; else an empty line closes the message.
            out.extend_from_slice(if self.eol == Eol::Crlf { b"\r\n" } else { b"\n" });
        }
    }
}

/// Appends a message for people. What a terminal would act on is shown, not sent.
fn show(message: &Message<'_>, color: bool, out: &mut Vec<u8>) {
    let (bold, plain) = if color { ("\x1b[1m", "\x1b[0m") } else { ("", "") };
    for segment in message.segments() {
        let id = segment.id();
        out.extend_from_slice(bold.as_bytes());
        visible(id, out);
        out.extend_from_slice(plain.as_bytes());
        visible(&segment.raw()[id.len()..], out);
        out.push(b'\n');
    }
    out.push(b'\n');
}

/// Appends text with control characters, and those that change the direction of text or have no
/// width, written as escapes.
pub fn visible(bytes: &[u8], out: &mut Vec<u8>) {
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            let hidden = c.is_control()
                || matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}');
            if hidden {
                out.extend(c.escape_default().map(|c| c as u8));
            } else {
                let mut utf8 = [0; 4];
                out.extend_from_slice(c.encode_utf8(&mut utf8).as_bytes());
            }
        }
        for b in chunk.invalid() {
            out.extend_from_slice(format!("\\x{b:02X}").as_bytes());
        }
    }
}
