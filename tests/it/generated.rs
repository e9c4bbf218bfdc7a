//! Completions and man pages are what the command line says, the table of rules what their data
//! says. `UPDATE=1 cargo test generated` writes them anew.

#![allow(clippy::unwrap_used)]

use clap::Command;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};
use pipehat::dictionary::{Field, Usage, Version, standard};
use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::Path;

/// The subcommands that have a page: all but `help`, which clap adds.
fn pages(command: &Command) -> impl Iterator<Item = &Command> {
    command.get_subcommands().filter(|sub| sub.get_name() != "help")
}

#[test]
fn completions_are_up_to_date() {
    for (shell, name) in [("bash", "pipehat.bash"), ("zsh", "_pipehat"), ("fish", "pipehat.fish")] {
        check(&format!("completions/{name}"), &pipehat::cli::completions(shell).unwrap());
    }
}

#[test]
fn man_pages_are_up_to_date() {
    let mut command = pipehat::cli::command();
    command.build();
    check("man/pipehat.1", &page(&command));
    let mut expected = vec!["pipehat.1".to_owned()];
    for sub in pages(&command) {
        let name = format!("pipehat-{}.1", sub.get_name());
        check(&format!("man/{name}"), &page(sub));
        expected.push(name);
        for below in pages(sub) {
            let name = format!("pipehat-{}-{}.1", sub.get_name(), below.get_name());
            check(&format!("man/{name}"), &page(below));
            expected.push(name);
        }
    }
    let files = fs::read_dir(root().join("man")).unwrap();
    for file in files {
        let name = file.unwrap().file_name().into_string().unwrap();
        assert!(expected.contains(&name), "man/{name} is the page of no command");
    }
}

/// The table of rules in docs/validate.md is what the data says.
#[test]
fn the_document_of_rules_is_up_to_date() {
    let name = "docs/validate.md";
    let document = fs::read_to_string(root().join(name)).unwrap();
    let heading = "| rule | | standard | profile | strict | 0357 | what holds |\n";
    let (before, rest) = document.split_once(heading).expect("the table has its heading");
    let (_, after) = rest.split_once("\n\n").expect("the table ends");
    let mut expected = format!("{before}{heading}| --- | --- | --- | --- | --- | --- | --- |\n");
    for row in include_str!("../../src/ops/validate/rules.tsv").lines().skip(1) {
        let columns: Vec<&str> = row.split('\t').collect();
        let [id, code, standard, profile, strict, title, text] = columns[..] else {
            panic!("{row}");
        };
        expected +=
            &format!("| {id} | {title} | {standard} | {profile} | {strict} | {code} | {text} |\n");
    }
    check(name, format!("{expected}\n{after}").as_bytes());
}

/// The fields that are times are those of the dictionary.
#[test]
fn the_fields_that_are_times_are_up_to_date() {
    // Whether each field is a time in all versions that do not have it as withdrawn.
    let mut fields: BTreeMap<(&str, usize), bool> = BTreeMap::new();
    for version in Version::ALL {
        for segment in standard().version(version).segments() {
            let is_there = |f: &Field| !f.data_type.is_empty() && f.usage != Usage::Withdrawn;
            for (n, field) in (1..).zip(segment.fields()).filter(|(_, f)| is_there(f)) {
                // The first part of a range is one.
                let is_time = matches!(field.data_type, "DT" | "DTM" | "TS" | "DR");
                *fields.entry((segment.id(), n)).or_insert(true) &= is_time;
            }
        }
    }
    let mut rows: BTreeMap<&str, String> = BTreeMap::new();
    for ((segment, n), _) in fields.into_iter().filter(|(_, is_time)| *is_time) {
        *rows.entry(segment).or_insert(segment.to_owned()) += &format!(" {n}");
    }
    let text = rows.into_values().map(|row| row + "\n").collect::<String>();
    check("src/core/expr/times.txt", text.as_bytes());
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Compares a file with what it should be, or makes it so.
fn check(name: &str, expected: &[u8]) {
    let path = root().join(name);
    if std::env::var_os("UPDATE").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, expected).unwrap();
        return;
    }
    let found = fs::read(path).unwrap_or_default();
    assert!(found == expected, "{name} is out of date: run `UPDATE=1 cargo test generated`");
}

/// The man page of a command. It has no date, so that it changes only with the command.
fn page(command: &Command) -> Vec<u8> {
    let version = env!("CARGO_PKG_VERSION");
    let name = command.get_display_name().unwrap_or("pipehat");
    let man = Man::new(command.clone());
    let mut page = Vec::new();
    // Of its own: an empty date must be quoted, and `render_title` does not.
    writeln!(page, ".TH {name} 1 \"\" \"pipehat {version}\" \"pipehat\"").unwrap();
    man.render_name_section(&mut page).unwrap();
    man.render_synopsis_section(&mut page).unwrap();
    man.render_description_section(&mut page).unwrap();
    man.render_options_section(&mut page).unwrap();
    if command.has_subcommands() {
        man.render_subcommands_section(&mut page).unwrap();
    }
    let extra = command.get_after_long_help().expect("help ends with examples");
    sections(&extra.to_string()).to_writer(&mut page).unwrap();
    see_also(command).to_writer(&mut page).unwrap();
    page
}

/// The blocks behind the options: a line with a colon and what stands under it.
fn sections(text: &str) -> Roff {
    let mut roff = Roff::new();
    for block in text.split("\n\n") {
        let (heading, body) = block.split_once(":\n").expect("a block begins with a heading");
        roff.control("SH", [heading.to_uppercase().as_str()]);
        if heading.starts_with("Exit") {
            for line in body.lines() {
                let (status, meaning) = line.trim().split_once("  ").expect("a status");
                roff.control("TP", []);
                roff.text([bold(status)]);
                roff.text([roman(meaning)]);
            }
            continue;
        }
        for line in body.lines() {
            if line.starts_with("  ") {
                roff.control("nf", []);
                roff.text([roman(line.trim_start())]);
                roff.control("fi", []);
            } else {
                roff.text([roman(line)]);
            }
        }
    }
    roff
}

fn see_also(command: &Command) -> Roff {
    let mut root = pipehat::cli::command();
    root.build();
    let own = command.get_display_name().unwrap_or("pipehat");
    let mut pages = vec!["pipehat".to_owned()];
    pages.extend(self::pages(&root).map(|sub| format!("pipehat-{}", sub.get_name())));
    let pages: Vec<_> =
        pages.iter().filter(|page| *page != own).map(|page| format!("{page}(1)")).collect();
    let mut roff = Roff::new();
    roff.control("SH", ["SEE ALSO"]);
    roff.text([roman(pages.join(", "))]);
    roff
}
