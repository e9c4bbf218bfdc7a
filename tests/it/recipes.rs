//! Every folder of docs/recipes: the script makes of the input what the folder says, and the text
//! shows all of it. Expected outputs were written by hand from what the recipe promises.

use crate::folders::folder;
use crate::program::pipehat;
use std::fs;
use std::path::{Path, PathBuf};

fn recipes() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/recipes")
}

fn folders() -> Vec<PathBuf> {
    let entries = fs::read_dir(recipes()).unwrap().map(|entry| entry.unwrap().path());
    let mut folders: Vec<_> = entries.filter(|path| path.is_dir()).collect();
    folders.sort();
    assert!(folders.len() >= 12, "recipes are missing");
    folders
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// The files of a folder by their names, in order.
fn files(folder: &Path) -> Vec<(String, String)> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_file());
    let name = |path: &Path| path.file_name().unwrap().to_str().unwrap().to_owned();
    let mut files: Vec<_> = paths.map(|path| (name(&path), read(&path))).collect();
    files.sort();
    files
}

#[test]
fn recipes_make_what_they_say() {
    for recipe in folders() {
        let path = |name: &str| recipe.join(name).to_str().unwrap().to_owned();
        let to_files = recipe.join("out").is_dir();
        // A recipe whose result is files writes nothing else.
        let expected = if to_files && !recipe.join("out.hl7").exists() {
            String::new()
        } else {
            read(&recipe.join("out.hl7"))
        };
        for threads in ["-j1", "-j3"] {
            let dir = folder();
            let args = ["transform", threads, "-f", &path("rules.hat"), &path("in.hl7")];
            let out = pipehat(&args).dir(dir.path()).run();
            assert!(out.code == 0 && out.stderr.is_empty(), "{}: {out:?}", recipe.display());
            let readable = |text: &str| text.replace('\r', "\n");
            assert_eq!(readable(out.text()), readable(&expected), "{}", recipe.display());
            assert_eq!(out.text(), expected, "{}", recipe.display());
            let made = files(&dir.path().join("out"));
            assert_eq!(made, files(&recipe.join("out")), "{}", recipe.display());
            assert_eq!(made.is_empty(), !to_files, "{}", recipe.display());
        }
    }
}

#[test]
fn recipes_show_all_of_it() {
    let index = read(&recipes().join("README.md"));
    for recipe in folders() {
        let name = recipe.file_name().unwrap().to_str().unwrap();
        assert!(index.contains(&format!("]({name}/README.md) | ")), "the index lacks {name}");
        let text = read(&recipe.join("README.md"));
        let own = files(&recipe).into_iter().filter(|(file, _)| file != "README.md");
        let of_out = files(&recipe.join("out")).into_iter();
        let of_out = of_out.map(|(file, content)| (format!("out/{file}"), content));
        for (file, content) in own.chain(of_out) {
            // Messages with each segment on a line, and an empty line between them.
            let content = content.replace('\r', "\n");
            let block = format!("```text\n{}\n```\n", content.trim_end_matches('\n'));
            assert!(text.contains(&block), "{name}/README.md does not show {file} as it is");
        }
        assert!(text.contains("`rules.hat`"), "{name}");
        assert!(recipe.join("rules.hat").exists() && recipe.join("in.hl7").exists(), "{name}");
    }
}
