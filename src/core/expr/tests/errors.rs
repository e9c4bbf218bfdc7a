//! What is told of a text that is no expression.

use super::*;
use crate::core::expr::functions::UNITS;

#[test]
fn errors_point_at_the_place() {
    for (text, at, expected) in [
        ("", 0, "a path, a value or a function"),
        ("  ", 2, "a path, a value or a function"),
        ("PID-8 =", 7, "a value"),
        ("PID-8 = ", 8, "a value"),
        ("PID-8 = )", 8, "a value"),
        ("PID-8 in F", 9, "`(` and a list of values"),
        ("PID-8 in (F", 11, "`,` or `)`"),
        ("PID-8 in ()", 10, "a value"),
        ("PID-8 not F", 10, "`in`"),
        ("PID-8 F", 6, "a comparison such as `=`, `and`, `or` or the end"),
        ("PID-8 = F PID-7", 10, "`and`, `or` or the end"),
        ("PID-8 = F = G", 10, "`and`, `or` or the end"),
        ("PID-8 = F and", 13, "a path, a value or a function"),
        ("and PID-8", 0, "a path, a value or a function"),
        ("(PID-8 = F", 10, "`and`, `or` or `)`"),
        ("(PID-8", 6, "a comparison such as `=`, `and`, `or` or `)`"),
        ("(PID-8 = F) = G", 12, "`and`, `or` or the end, for a condition has no value"),
        ("valued(PID-8) = F", 14, "`and`, `or` or the end, for a condition has no value"),
        ("1 + valued(PID-8)", 4, "a value, not a condition"),
        ("PID-8 = valued(PID-8)", 8, "a value, not a condition"),
        ("PID-8 = \"F", 10, "`\"`, the end of the text"),
        ("PID-8 = 'a\\d'", 10, "one of the escapes \\\" \\' \\\\ \\n \\r \\t"),
        ("uper(PID-5) = X", 0, "a function, perhaps `upper`"),
        ("PID-5 = lenght(PID-3)", 8, "a function, perhaps `length`"),
        ("upper() = X", 6, "a value, as in `upper(x)`"),
        ("now(1) = X", 4, "`)`, as in `now()`"),
        ("upper(PID-5, PID-3) = X", 11, "`)`, as in `upper(x)`"),
        ("replace(PID-5, 'a') = X", 18, "`,` and another value, as in `replace(x, text, with)`"),
        ("upper(PID-5", 11, "`,` or `)`"),
        ("count(\"x\")", 6, "a path or a segment"),
        ("precision(PID-7, \"days\")", 17, UNITS),
        ("precision(PID-7, day)", 17, UNITS),
        ("split(PID-3, '-')", 16, "`,` and another value, as in `split(x, separator, n)`"),
        ("pad_lift(x, 2)", 0, "a function, perhaps `pad_left`"),
        ("iso = x", 3, "`(`, for `iso` is a function"),
        ("upper(PID-8 = F)", 12, "`,` or `)`"),
        ("now = 3", 3, "`(`, for `now` is a function"),
        ("MSH-7 > today", 13, "`(` or quotes, for `today` is a function"),
        ("MSH-7 in (1, now)", 16, "`(` or quotes, for `now` is a function"),
        ("PID- = F", 4, "a field number"),
        ("PID-3[5=] = F", 8, "a value"),
        ("PID-3[5=MR = F", 11, "`and`, `or` or `]`"),
        ("PID-3[] = F", 6, "a path, a value or a function"),
        ("OBX[0=1] = F", 4, "a field number, which counts from 1"),
        ("PID-3[0=1] = F", 6, "a component number, which counts from 1"),
        ("PID-8 = ü \u{20AC} ", 11, "`and`, `or` or the end"),
    ] {
        let error = text.parse::<Expression>().expect_err(text);
        assert_eq!((error.at, &*error.expected), (at, expected), "{text}");
    }
    let error = "frobnicate(x)".parse::<Expression>().unwrap_err();
    assert!(error.expected.starts_with("a function: one of valued, null, exists,"), "{error}");
}

#[cfg(feature = "regex")]
#[test]
fn errors_of_regular_expressions() {
    for (text, at, expected) in [
        ("PID-8 ~ F", 8, "`/`, a regular expression and `/`"),
        ("PID-8 ~ /F", 10, "`/`, the end of the regular expression"),
        ("PID-8 ~ /F/iq", 12, "one of the flags `i`, `s` and `m`"),
        ("PID-8 ~ /(F/", 9, "a regular expression, but unclosed group"),
        ("PID-8 ~ /(a{999}){999}/", 9, "a regular expression, but it is too big"),
    ] {
        let error = text.parse::<Expression>().expect_err(text);
        assert_eq!((error.at, &*error.expected), (at, expected), "{text}");
    }
}

#[cfg(not(feature = "regex"))]
#[test]
fn errors_of_regular_expressions() {
    let error = "PID-8 ~ /F/".parse::<Expression>().unwrap_err();
    let expected = "another operator: this build has no regular expressions";
    assert_eq!((error.at, &*error.expected), (6, expected));
}
