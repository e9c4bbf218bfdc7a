use super::*;
use crate::core::{Frame, Frames, Message, Scope};
use proptest::prelude::*;
use std::ops::ControlFlow;

const MSH: &str = "MSH|^~\\&|LAB|NORTH";

/// The side of a message whose segments are lines.
fn compare_texts(before: &str, after: &str, ignore: &[&str]) -> Vec<Change> {
    let ignore: Vec<Path> = ignore.iter().map(|path| path.parse().unwrap()).collect();
    let lines = [before, after].map(|text| text.split('\n').map(str::as_bytes).collect::<Vec<_>>());
    let side = |lines| Side { segments: lines, separators: Separators::of(lines[0]).unwrap() };
    compare(side(&lines[0]), side(&lines[1]), &ignore)
}

/// Changes as `path: before > after`, `.` where nothing stood.
fn told(changes: &[Change]) -> Vec<String> {
    let value = |raw: &Option<Vec<u8>>| match raw {
        Some(raw) => format!("'{}'", String::from_utf8_lossy(raw)),
        None => ".".to_owned(),
    };
    let tell = |c: &Change| format!("{}: {} > {}", c.place, value(&c.before), value(&c.after));
    changes.iter().map(tell).collect()
}

/// The changes between two messages with the same MSH.
fn changes(before: &str, after: &str) -> Vec<String> {
    told(&compare_texts(&format!("{MSH}\n{before}"), &format!("{MSH}\n{after}"), &[]))
}

fn without(before: &str, after: &str, ignore: &[&str]) -> Vec<String> {
    told(&compare_texts(&format!("{MSH}\n{before}"), &format!("{MSH}\n{after}"), ignore))
}

#[test]
fn a_change_is_told_at_the_deepest_level() {
    for (before, after, expected) in [
        ("PID|1||12", "PID|1||12", &[][..]),
        ("PID|1||12", "PID|1||13", &["PID-3: '12' > '13'"]),
        ("PID|||12^^^N^MR", "PID|||12^^^S^MR", &["PID-3.4: 'N' > 'S'"]),
        ("PID|||12^^^N&1.2^MR", "PID|||12^^^N&1.3^MR", &["PID-3.4.2: '1.2' > '1.3'"]),
        ("PID|||N&1", "PID|||N&2", &["PID-3.1.2: '1' > '2'"]),
        ("PID|||1~2^A", "PID|||1~2^B", &["PID-3[2].2: 'A' > 'B'"]),
        ("PID|||||DOE", "PID|||||DOE^JO", &["PID-5.2: . > 'JO'"]),
        ("PID|||||DOE^JO", "PID|||||ROE", &["PID-5.1: 'DOE' > 'ROE'", "PID-5.2: 'JO' > ."]),
        ("PID|||A&B^C", "PID|||A^C", &["PID-3.1.2: 'B' > ."]),
        // HL7's null is a value of its own.
        ("PID|||\"\"", "PID|||", &["PID-3: '\"\"' > ''"]),
    ] {
        assert_eq!(changes(before, after), expected, "{before} {after}");
    }
}

#[test]
fn what_one_side_does_not_have_is_told_whole() {
    for (before, after, expected) in [
        ("PID|1||", "PID|1||12^^^N~13", &["PID-3: '' > '12^^^N~13'"][..]),
        ("PID|1||12^^^N~13|x", "PID|1|||x", &["PID-3: '12^^^N~13' > ''"]),
        ("PID|1", "PID|1||12^^^N~13", &["PID-3: . > '12^^^N~13'"]),
        ("PID|||^B^C", "PID|||A&1^B^", &["PID-3.1: '' > 'A&1'", "PID-3.3: 'C' > ''"]),
        ("PID|||1", "PID|||1~2^X", &["PID-3[2]: . > '2^X'"]),
        ("PID|||1~2~3", "PID|||1~3", &["PID-3[2]: '2' > ."]),
        ("PID|||1~~3", "PID|||1~2^X~3", &["PID-3[2]: '' > '2^X'"]),
        ("PID|1\nZPD|1|x", "PID|1", &["ZPD: 'ZPD|1|x' > ."]),
        ("PID|1", "PID|1\nZPD|1|x", &["ZPD: . > 'ZPD|1|x'"]),
    ] {
        assert_eq!(changes(before, after), expected, "{before} {after}");
    }
}

#[test]
fn trailing_empty_positions_are_told_by_the_last() {
    assert_eq!(changes("PID|1", "PID|1|||"), ["PID-4: . > ''"]);
    assert_eq!(changes("PID|||A^^", "PID|||A"), ["PID-3.3: '' > ."]);
    assert_eq!(changes("PID|||A&&", "PID|||A&"), ["PID-3.1.3: '' > ."]);
    assert_eq!(changes("PID|||A~", "PID|||A"), ["PID-3[2]: '' > ."]);
    assert_eq!(changes("PID", "PID|"), ["PID-1: . > ''"]);
}

#[test]
fn segments_are_numbered_where_there_are_several() {
    let before = "PID|1\nOBX|1|A\nOBX|2|B\nNTE|1";
    assert_eq!(changes(before, "PID|1\nOBX|1|A\nOBX|2|C\nNTE|1"), ["OBX[2]-2: 'B' > 'C'"]);
    // An inserted one moves the others; a pair is numbered as it was before.
    assert_eq!(
        changes(before, "PID|1\nOBX|0\nOBX|1|A\nOBX|2|C\nNTE|1"),
        ["OBX[1]: . > 'OBX|0'", "OBX[2]-2: 'B' > 'C'"]
    );
    assert_eq!(changes(before, "PID|1\nOBX|2|B\nNTE|1"), ["OBX[1]: 'OBX|1|A' > ."]);
    assert_eq!(
        changes("PID|1\nNTE|1", "PID|2\nNTE|1\nNTE|2"),
        ["PID-1: '1' > '2'", "NTE[2]: . > 'NTE|2'"]
    );
}

#[test]
fn the_delimiters_are_positions_too() {
    let odd = "MSH#*!?@#LAB#NORTH\nPID###1*2@3!4##DOE?T?*x?F?y|z";
    let usual = "MSH|^~\\&|LAB|NORTH\nPID|||1^2&3~4||DOE&^x#y\\F\\z";
    let delimiters = ["MSH-1: '#' > '|'", "MSH-2: '*!?@' > '^~\\&'"];
    let found = told(&compare_texts(odd, usual, &[]));
    assert_eq!(found[..2], delimiters);
    // `?T?` is the subcomponent separator of its message, `@`.
    assert_eq!(found[2..], ["PID-5.1.1: 'DOE?T?' > 'DOE'", "PID-5.1.2: . > ''"]);
    let same = "MSH|^~\\&|LAB|NORTH\nPID|||1^2&3~4||DOE@^x#y\\F\\z";
    assert_eq!(told(&compare_texts(odd, same, &[])), delimiters);
    assert_eq!(told(&compare_texts(odd, same, &["MSH-1", "MSH-2"])), [""; 0]);
    assert_eq!(told(&compare_texts(odd, same, &["MSH-2"])), delimiters[..1]);
    // The same delimiters, a truncation character more.
    let seven = usual.replace("\\&|", "\\&#|");
    assert_eq!(told(&compare_texts(usual, &seven, &[])), ["MSH-2: '^~\\&' > '^~\\&#'"]);
}

#[test]
fn other_delimiters_are_no_difference_in_any_part() {
    let odd = "MSH#*!?@#LAB\nPID###1*2@3!4\nOBX#1\nOBX#2##a!b*c!d";
    let usual = "MSH|^~\\&|LAB\nPID|||1^2&3~5\nOBX|2||a~b^c~x~d\nOBX|3";
    assert_eq!(
        told(&compare_texts(odd, usual, &["MSH-1", "MSH-2"])),
        [
            "PID-3[2]: '4' > '5'",
            "OBX[1]-1: '1' > '2'",
            "OBX[1]-3: . > 'a~b^c~x~d'",
            "OBX[2]-1: '2' > '3'",
            "OBX[2]-3: 'a!b*c!d' > ."
        ]
    );
}

#[test]
fn lines_that_are_no_segments_are_compared_whole() {
    assert_eq!(changes("NTE|1|a\nb c", "NTE|1|a\nb d"), ["line 3: 'b c' > 'b d'"]);
    assert_eq!(changes("NTE|1|a\nb|c", "NTE|1|a"), ["line 3: 'b|c' > ."]);
    assert_eq!(changes("pid|1", "pid|2"), ["line 2: 'pid|1' > 'pid|2'"]);
    assert_eq!(changes("PID|1\n", "PID|1"), ["line 3: '' > ."]);
}

#[test]
fn what_is_ignored_is_left_out() {
    let before = "PID|1||12^^^N&1~13^^^S||DOE^JO\nOBX|1|A|x\nOBX|2|B\nZPD|1";
    let after = "PID|2||12^^^X&1~14^^^S||ROE^JO\nOBX|1|C|x\nOBX|2|D\nZPD|2\nZPD|3";
    let all = [
        "PID-1: '1' > '2'",
        "PID-3[1].4.1: 'N' > 'X'",
        "PID-3[2].1: '13' > '14'",
        "PID-5.1: 'DOE' > 'ROE'",
        "OBX[1]-2: 'A' > 'C'",
        "OBX[2]-2: 'B' > 'D'",
        "ZPD[1]-1: '1' > '2'",
        "ZPD[2]: . > 'ZPD|3'",
    ];
    assert_eq!(without(before, after, &[]), all);
    for (path, left_out) in [
        ("PID", &[0, 1, 2, 3][..]),
        ("PID-1", &[0]),
        ("PID-3", &[1, 2]),
        ("PID-3[1]", &[1]),
        ("PID-3[last]", &[2]),
        ("PID-3[4=S]", &[2]),
        ("PID-3.4", &[1]),
        ("PID-3.4.1", &[1]),
        ("PID-3.4.2", &[]),
        ("PID-3[2].4", &[]),
        ("OBX-2", &[4, 5]),
        ("OBX[2]-2", &[5]),
        ("OBX[3=x]-2", &[4]),
        ("OBX[last]-2", &[5]),
        ("ZPD", &[6, 7]),
        ("NK1", &[]),
    ] {
        let expected: Vec<_> = (0..all.len()).filter(|n| !left_out.contains(n)).collect();
        let found = without(before, after, &[path]);
        assert_eq!(found, expected.iter().map(|&n| all[n]).collect::<Vec<_>>(), "{path}");
    }
}

#[test]
fn an_ignored_position_is_the_same_as_none() {
    for (before, after, path) in [
        ("PID|1", "PID|1||||x", "PID-5"),
        ("PID|1", "PID|1||||x^y", "PID-5"),
        ("PID|1", "PID|1||||^y", "PID-5.2"),
        ("PID|1", "PID|1||||^&y", "PID-5.2.2"),
        ("PID|1||12", "PID|1||12^^^N", "PID-3.4"),
        ("PID|1||12^^^N^MR", "PID|1||12^^^^MR", "PID-3.4"),
        ("PID|1||12", "PID|1||12~13", "PID-3[2]"),
        ("PID|1||12", "PID|1||12~13~14", "PID-3[1=13 or 1=14]"),
        ("PID|1||12|x", "PID|1||12^&&z|x", "PID-3.2.3"),
        // An end in front of it says as little.
        ("PID|1|", "PID|1||||x", "PID-5"),
        ("PID|1||||", "PID|1||||^y", "PID-5.2"),
        ("PID|1||12^", "PID|1||12^^^N", "PID-3.4"),
        ("PID|1||12~", "PID|1||12~~14", "PID-3[3]"),
    ] {
        assert_eq!(without(before, after, &[path]), [""; 0], "{before} {after}");
        assert_eq!(without(after, before, &[path]), [""; 0], "{before} {after}");
    }
    // Not what was written behind it, and not an end that was there before.
    assert_eq!(without("PID|1", "PID|1||x||", &["PID-3"]), ["PID-5: . > ''"]);
    assert_eq!(without("PID|1|2", "PID|1||x", &["PID-3"]), ["PID-2: '2' > ."]);
    // A repetition that was replaced is told without the part that is left out.
    assert_eq!(without("PID|||1~12^^^N^MR", "PID|||1", &["PID-3.4"]), ["PID-3[2]: '12^^^^MR' > ."]);
}

#[test]
fn changes_are_written_as_lines() {
    let found = compare_texts(
        &format!("{MSH}\nPID|||||DOE\nOBX|1\nOBX|2||a\x1b[31mb"),
        &format!("{MSH}\nPID|||||ROE|\"\"\nOBX|1\nZPD|1"),
        &[],
    );
    let mut plain = Vec::new();
    write(&found, false, &mut plain);
    let expected = "  PID-5        \"DOE\" -> \"ROE\"\n\
        + PID-6        \"\"\"\"\n\
        - OBX[2]       \"OBX|2||a\\x1b[31mb\"\n\
        + ZPD          \"ZPD|1\"\n";
    assert_eq!(String::from_utf8(plain).unwrap(), expected);

    let mut coloured = Vec::new();
    write(&found, true, &mut coloured);
    let coloured = String::from_utf8(coloured).unwrap();
    let (red, green, plain) = ("\x1b[31m", "\x1b[32m", "\x1b[0m");
    assert!(coloured.contains(&format!("{red}\"DOE\"{plain} -> {green}\"ROE\"{plain}\n")));
    let stripped = coloured.replace(red, "").replace(green, "").replace(plain, "");
    assert_eq!(stripped, expected);

    let mut object = Vec::new();
    write_json(&found[1], &mut object);
    assert_eq!(object, br#""path":"PID-6","before":null,"after":"\"\"""#);
    let bytes = Change { before: Some(vec![0xFF]), ..found[0].clone() };
    object.clear();
    write_json(&bytes, &mut object);
    assert_eq!(object, br#""path":"PID-5","before":{"bytes":"/w=="},"after":"ROE""#);
}

#[test]
fn many_segments_take_no_long() {
    let list = |range: std::ops::Range<u32>, text: &str| {
        range.map(|n| format!("OBX|{n}||{text}{n}")).collect::<Vec<_>>().join("\n")
    };
    // All are other ones, in order.
    let found = changes(&list(0..20_000, "a"), &list(0..20_000, "b"));
    assert_eq!(found.len(), 20_000);
    assert_eq!(found[7], "OBX[8]-3: 'a7' > 'b7'");
    // Some are gone, far apart.
    let fewer = format!("{}\n{}", list(1..10_000, "a"), list(10_002..20_000, "a"));
    let found = changes(&list(0..20_000, "a"), &fewer);
    assert_eq!(found.len(), 3);
    assert_eq!(found[2], "OBX[10002]: 'OBX|10001||a10001' > .");
}

#[test]
fn many_parts_take_no_long() {
    for (delimiter, path, last) in [
        ("|", "ZPD", "ZPD-50001"),
        ("~", "ZPD-1", "ZPD-1[50000]"),
        ("^", "ZPD-1", "ZPD-1.50000"),
        ("&", "ZPD-1", "ZPD-1.1.50000"),
    ] {
        let list = |text: &str| {
            let parts: Vec<_> = (0..50_000).map(|n| format!("{text}{n}")).collect();
            format!("ZPD|{}{}", if delimiter == "|" { "|" } else { "" }, parts.join(delimiter))
        };
        let (before, after) = (list("a"), list("b"));
        let found = changes(&before, &after);
        assert_eq!(found.len(), 50_000);
        assert_eq!(found[49_999], format!("{last}: 'a49999' > 'b49999'"));
        assert_eq!(without(&before, &after, &[path]), [""; 0]);
    }
}

/// A field: repetitions of components of subcomponents, many of them empty.
fn field() -> impl Strategy<Value = String> {
    "([ab\"&^]{0,4}~){0,2}[abc&^]{0,5}"
}

/// Segments of few kinds, without MSH.
fn segments() -> impl Strategy<Value = Vec<String>> {
    let segment = ("(PID|OBX|NTE|ZPD|x)", prop::collection::vec(field(), 0..4))
        .prop_map(|(id, fields)| [vec![id], fields].concat().join("|"));
    prop::collection::vec(segment, 0..6)
}

/// A few changed segments.
fn edited() -> impl Strategy<Value = (String, String)> {
    (segments(), segments(), prop::collection::vec(any::<u8>(), 6)).prop_map(
        |(base, other, dice)| {
            let mut after = Vec::new();
            for (n, segment) in base.iter().enumerate() {
                let instead = other.get(n).cloned();
                match dice[n] % 8 {
                    0 => {}
                    1 => after.extend([Some(segment.clone()), instead].into_iter().flatten()),
                    2 => after.extend(instead),
                    3 => after.push(segment.replacen('a', "b", 1)),
                    4 => after.push(segment.replacen('^', "~", 1)),
                    _ => after.push(segment.clone()),
                }
            }
            let text = |segments: Vec<String>| [vec![MSH.to_owned()], segments].concat().join("\n");
            (text(base), text(after))
        },
    )
}

/// The same message with other delimiters; values of [`field`] have none of either.
fn retold(text: &str) -> String {
    let other = |c| match c {
        '|' => '#',
        '^' => '*',
        '~' => '!',
        '&' => '@',
        '\\' => '?',
        c => c,
    };
    let lines = text.split('\n');
    // A line that is no segment stays.
    let lines = lines.map(|line| match line.starts_with('x') {
        true => line.to_owned(),
        false => line.chars().map(other).collect(),
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// A path that reaches a change, by whatever number it is counted on either side.
fn explained(change: &Change) -> String {
    Place { which: None, repetition: None, ..change.place }.to_string()
}

/// The values that a path reaches in a message, with the separator between repetitions.
fn values(text: &str, path: &str) -> Vec<u8> {
    let stream = text.replace('\n', "\r");
    let Some(Frame::Message(framed)) = Frames::new(stream.as_bytes()).next() else { panic!() };
    let message = Message::new(framed).unwrap();
    let path: Path = path.parse().unwrap();
    let mut values = Vec::new();
    let _ = path.for_each(&Scope::new(&message), |raw| {
        values.push(raw);
        ControlFlow::Continue(())
    });
    values.join(&b'~')
}

proptest! {
    #[test]
    fn the_path_of_a_change_reaches_its_value((before, after) in edited()) {
        for change in compare_texts(&before, &after, &[]) {
            let Some(_) = change.place.segment else { continue };
            let path = change.place.to_string();
            let (side, told) = match (change.before, change.after) {
                (Some(told), _) => (&before, told),
                (None, told) => (&after, told.unwrap()),
            };
            prop_assert_eq!(values(side, &path), told, "{}", path);
        }
    }

    #[test]
    fn a_message_does_not_differ_from_itself((text, _) in edited()) {
        prop_assert_eq!(compare_texts(&text, &text, &[]), []);
        let retold = retold(&text);
        prop_assert_eq!(compare_texts(&text, &retold, &["MSH-1", "MSH-2"]), []);
    }

    #[test]
    fn messages_without_changes_are_the_same((before, after) in edited()) {
        prop_assert_eq!(compare_texts(&before, &after, &[]).is_empty(), before == after);
    }

    #[test]
    fn the_changes_explain_every_difference((before, after) in edited()) {
        // No path reaches a line that is no segment.
        let [before, after] = [before, after].map(|text| text.replace("\nx", "\nZXX"));
        let found = compare_texts(&before, &after, &[]);
        let paths: Vec<String> = found.iter().map(explained).collect();
        let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
        prop_assert_eq!(compare_texts(&before, &after, &paths), []);
    }

    #[test]
    fn other_delimiters_change_nothing_but_themselves((before, after) in edited()) {
        let places = |changes: Vec<Change>| {
            changes.into_iter().map(|change| change.place).collect::<Vec<_>>()
        };
        let found = places(compare_texts(&before, &retold(&after), &["MSH-1", "MSH-2"]));
        prop_assert_eq!(found, places(compare_texts(&before, &after, &[])));
    }

    #[test]
    fn a_difference_is_one_from_either_side((before, after) in edited()) {
        let there = compare_texts(&before, &after, &[]).len();
        let back = compare_texts(&after, &before, &[]).len();
        prop_assert_eq!(there == 0, back == 0);
    }
}
