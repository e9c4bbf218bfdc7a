//! The form in which messages are written, for the commands that write messages.

use super::args::Common;
use crate::io::Output;
use crate::ops::pass::{Eol, PassOn};

/// How messages are written.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(super) struct Form {
    /// How segments end [default: cr, on a terminal lf]
    #[arg(long, value_enum, value_name = "EOL")]
    eol: Option<EolArg>,

    /// Puts each message into an MLLP block
    #[arg(long)]
    pub(super) mllp: bool,
}

/// How segments end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum EolArg {
    /// CR, and LF behind the message: one message a line
    Cr,
    /// LF, and an empty line behind the message
    Lf,
    /// CRLF, and an empty line behind the message
    Crlf,
}

impl Form {
    /// Whether a form was asked for.
    pub(super) fn is_given(self) -> bool {
        self.eol.is_some() || self.mllp
    }

    /// How to write to `output`: on a terminal for people, unless a form was asked for.
    pub(super) fn pass(self, common: &Common, output: &Output) -> PassOn {
        self.shown(common.color(output), output)
    }

    /// As [`Form::pass`], in colours if so. Who asks for a form wants its bytes, on a terminal, too.
    pub(super) fn shown(self, color: bool, output: &Output) -> PassOn {
        let for_people = !self.is_given();
        let eol = match self.eol {
            None | Some(EolArg::Cr) => Eol::Cr,
            Some(EolArg::Lf) => Eol::Lf,
            Some(EolArg::Crlf) => Eol::Crlf,
        };
        PassOn {
            eol,
            mllp: self.mllp,
            ..PassOn::new(for_people && output.is_terminal(), for_people && color)
        }
    }
}
