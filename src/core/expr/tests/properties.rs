//! What holds for any text.

use super::*;
use proptest::prelude::*;

#[test]
fn hostile_texts_end_in_time() {
    let many = 100_000;
    for text in [
        "(".repeat(many),
        "not ".repeat(many),
        "!".repeat(many),
        "PID-3 = ".to_owned() + &"- ".repeat(many),
        "upper(".repeat(many),
        "PID-3[".repeat(many),
        "PID[".repeat(many),
        "PID-3[(upper(not ".repeat(many),
        "concat(".to_owned() + &"1,".repeat(many),
    ] {
        let error = text.parse::<Expression>().unwrap_err();
        assert!(error.at < 2000, "{}", error.at);
    }
    // Wide ones are long, but not deep.
    let wide = "1 = 1".to_owned() + &" and 1 + 1 = 2".repeat(many);
    assert!(holds(&wide));
    assert!(holds(&("0".to_owned() + &" + 1".repeat(many) + " = 100000")));
    assert!(holds(&("0 in (".to_owned() + &"1, ".repeat(many) + "0)")));
}

#[test]
fn the_deepest_text_needs_little_stack() {
    let deep = |open: &str, close: &str, n| open.repeat(n) + "PID-8" + &close.repeat(n);
    let texts = move |n| {
        [
            deep("(", ")", n),
            deep("not (", ")", n / 2),
            deep("upper(", ")", n) + " = F",
            deep("PID-8[1 = PID-8[", "]]", n / 2),
            deep("exists(PID[", "])", n / 2),
        ]
    };
    let run = move || {
        for text in texts(100) {
            let expression = parse(&text);
            with_scope(|scope| expression.holds(scope));
            assert!(!expression.to_string().is_empty());
        }
        // `valued` is one level more for each path alone.
        for text in texts(50) {
            assert_eq!(parse(&parse(&text).to_string()), parse(&text));
        }
    };
    let thread = std::thread::Builder::new().stack_size(1 << 20).spawn(run).unwrap();
    thread.join().unwrap();
}

#[test]
fn the_table_of_functions_is_in_order() {
    for (n, info) in functions().iter().enumerate() {
        assert_eq!(info.function as usize, n, "{}", info.name);
        assert!(info.usage.starts_with(info.name));
        assert!(info.min_arguments <= info.max_arguments);
    }
}

/// Pieces of the language in any order.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "PID-3",
        "PID-3.1",
        "OBX[",
        "PID-3[",
        "]",
        "5",
        "4.1",
        "(",
        ")",
        ",",
        "=",
        "!=",
        "<",
        ">=",
        "~",
        "!~",
        "/a/i",
        "in",
        "not",
        "and",
        "or",
        "&&",
        "||",
        "!",
        "-",
        "+",
        "*",
        "/",
        "valued(",
        "upper(",
        "substr(",
        "count(",
        "pad_left(",
        "split(",
        "precision(",
        "'day'",
        "'x'",
        "\"\"",
        "ORU",
        "718-7",
        "2024-01-31",
        "13.5",
        "now()",
        "ü",
        "\\",
        "NK1",
    ]);
    let glue = prop::sample::select(vec!["", " "]);
    prop::collection::vec((piece, glue), 0..14)
        .prop_map(|pieces| pieces.iter().flat_map(|(piece, glue)| [*piece, *glue]).collect())
}

/// Conditions, most of which can be read.
fn conditions() -> impl Strategy<Value = String> {
    let operand = prop::sample::select(vec![
        "PID-3.1",
        "OBX-5",
        "OBX[5 > 40]-3.1",
        "PID-3[5=MR and (4)].1",
        "PID",
        "13.5",
        "'a\\'b'",
        "\"\"",
        "-(5)",
        "- 5",
        "(OBX-5 + 1) * 2",
        "OBX-5*2",
        "upper(PID-5.1)",
        "count(OBX)",
        "substr(PID-3.1, 2)",
        "2024-01-31",
        "-x",
        "(PID-8)",
        "7 - (2 - 1)",
        "'out/' + PID-8",
        "OBX[5 = '<' + 5 * 2]-1 + ('a' + \"b\")",
    ]);
    let word =
        prop::sample::select(vec!["ORU", "718-7", "10*3/uL", "2024-01-31", "OR", "-5", "ABC-1"]);
    let side = operand.clone().boxed();
    let right = prop_oneof![word, operand];
    let op = prop::sample::select(vec!["=", "!=", "<", "<=", ">", ">="]);
    let leaf = prop_oneof![
        (side.clone(), op, right.clone()).prop_map(|(a, op, b)| format!("{a} {op} {b}")),
        (side.clone(), right.clone(), right).prop_map(|(a, b, c)| format!("{a} not in ({b}, {c})")),
        side.prop_map(str::to_owned),
    ];
    leaf.prop_recursive(4, 16, 2, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("{a} and {b}")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("{a} or {b}")),
            inner.clone().prop_map(|a| format!("not {a}")),
            inner.prop_map(|a| format!("({a})")),
        ]
    })
}

/// A text that can be read prints as a text that means the same, and can be evaluated.
fn reads_and_prints(text: &str) -> Result<(), TestCaseError> {
    match text.parse::<Expression>() {
        Ok(expression) => {
            let printed = expression.to_string();
            let again = printed.parse::<Expression>();
            prop_assert_eq!(again.as_ref(), Ok(&expression), "{}", printed);
            with_scope(|scope| expression.holds(scope));
        }
        Err(error) => {
            prop_assert!(error.at <= text.len());
            prop_assert!(text.is_char_boundary(error.at));
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn never_panics(text in "\\PC{0,40}") {
        reads_and_prints(&text)?;
    }

    #[test]
    fn pieces_never_panic_and_print(text in pieces()) {
        reads_and_prints(&text)?;
    }

    #[test]
    fn conditions_print(text in conditions()) {
        reads_and_prints(&text)?;
    }

    #[test]
    fn numbers_are_ordered_as_numbers(a in -99999_i64..99999, b in -99999_i64..99999) {
        let text = |n: i64| format!("{}{}.{:02}", if n < 0 { "-" } else { "" }, n.abs() / 100, n.abs() % 100);
        let less = compare::Literal::new(text(b), false).compare(text(a).as_bytes(), compare::Op::Less);
        prop_assert_eq!(less, a < b);
        let sum = number::Decimal::read(text(a).as_bytes())
            .zip(number::Decimal::read(text(b).as_bytes()))
            .and_then(|(a, b)| a.plus(b));
        let equal = compare::Literal::new(text(a + b), false);
        prop_assert!(sum.is_some_and(|sum| equal.equals(sum.write().as_bytes())));
    }
}
