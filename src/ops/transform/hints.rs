//! What is told who wrote something else than a statement.

use crate::core::expr::nearest;

/// The statements, as they are written.
const STATEMENTS: [(&str, &str); 17] = [
    ("set", "set PATH = VALUE"),
    ("copy", "copy PATH to PATH"),
    ("move", "move PATH to PATH"),
    ("delete", "delete PATH"),
    ("append", "append PATH = VALUE"),
    ("insert", "insert SEGMENT after SEGMENT"),
    ("map", "map PATH with \"codes.csv\""),
    ("replace", "replace PATH /regex/ \"text\""),
    ("when", "when CONDITION { ... }"),
    ("each", "each SEGMENT { ... }"),
    ("drop", "drop"),
    ("reject", "reject \"why\""),
    ("let", "let NAME = VALUE"),
    ("emit", "emit FILE"),
    ("split", "split by SEGMENT"),
    ("upgrade", "upgrade to VERSION"),
    ("downgrade", "downgrade to VERSION"),
];

/// What other languages call them.
const ELSEWHERE: [(&str, &str); 17] = [
    ("if", "when"),
    ("elif", "when"),
    ("elsif", "when"),
    ("elseif", "when"),
    ("for", "each"),
    ("foreach", "each"),
    ("loop", "each"),
    ("while", "each"),
    ("repeat", "each"),
    ("remove", "delete"),
    ("add", "append"),
    ("rename", "move"),
    ("write", "emit"),
    ("save", "emit"),
    ("var", "let"),
    ("skip", "drop"),
    ("fail", "reject"),
];

const WHERE: &str = "a statement; conditions stand in brackets, `delete OBX[8=N]`, in front, \
                     `when CONDITION { ... }`, or behind `each SEGMENT`";

/// What was expected in the place of a word, in small letters, that begins no statement; `next` is
/// the character behind it.
pub(super) fn statement(word: &str, next: Option<char>) -> String {
    let known = || STATEMENTS.iter().map(|(name, _)| *name);
    let meant = match ELSEWHERE.iter().find(|(other, _)| *other == word) {
        _ if word == "where" => return WHERE.to_owned(),
        _ if word.len() == 3 && matches!(next, Some('-' | '.' | '[')) => Some("set"),
        Some((_, name)) => Some(*name),
        None => nearest(word, known()),
    };
    match STATEMENTS.iter().find(|(name, _)| Some(*name) == meant) {
        Some((_, form)) => format!("a statement, perhaps `{form}`"),
        None => format!("a statement: {}", known().collect::<Vec<_>>().join(", ")),
    }
}
