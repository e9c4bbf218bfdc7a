//! Problems and goals over several messages (chapter 12).

use super::valid;
use crate::fhir_path::find;
use crate::program::pipehat;
use serde_json::Value;

const PID: &str = "PID|1||P1^^^HOSP^MR||Doe^Jo";

/// The Bundle of message `control` of these segments after MSH.
#[track_caller]
fn bundle(control: &str, event: &str, segments: &[&str]) -> Value {
    let header = format!("MSH|^~\\&|EHR|EAST|REG|WEST|20240501||{event}|{control}|P|2.5.1");
    let message = format!("{header}\r{PID}\r{}\r\n", segments.join("\r"));
    valid(&pipehat(&["to-fhir", "-q", "--no-source"]).stdin(message).run()).pop().unwrap()
}

/// PGL_PC6 has the problems behind each goal: a problem with two goals is one.
#[test]
fn a_problem_that_two_goals_are_about_is_one() {
    let told = |second: &str| {
        let prb = "PRB|LI|20240501|I50^Heart failure^I10|PR1^EHR";
        let goals = ["GOL|AD|20240501|G1^Weight^L|GO1^EHR", "GOL|AD|20240501|G2^Walk^L|GO2^EHR"];
        let made = bundle("1", "PGL^PC6", &[goals[0], prb, goals[1], second]);
        let about = find(&made, "Goal.addresses -> Condition.code.coding.code");
        (find(&made, "Condition.id").len(), about.len())
    };
    assert_eq!(told("PRB|AD|20240501|I50^Heart failure^I10|PR1^EHR"), (1, 2));
    // Another problem, and the same one that is taken back.
    assert_eq!(told("PRB|LI|20240501|I50^Heart failure^I10|PR2^EHR"), (2, 2));
    assert_eq!(told("PRB|DE|20240501|I50^Heart failure^I10|PR1^EHR"), (2, 2));
}

/// Numbers are required, but some senders have none: then it is the same problem of the same patient.
#[test]
fn what_has_no_number_is_known_by_its_code() {
    for (segment, kind, status) in
        [("PRB", "Condition", "verificationStatus.coding.code"), ("GOL", "Goal", "lifecycleStatus")]
    {
        let made = |control: &str, action: &str, code: &str| {
            let seg = format!("{segment}|{action}|20240501|{code}");
            let made = bundle(control, "PPR^PC1", &[&seg]);
            (find(&made, &format!("{kind}.id")), find(&made, &format!("{kind}.{status}")))
        };
        let (first, _) = made("1", "AD", "I50^Heart failure^I10");
        let (then, told) = made("2", "DE", "I50^Failing heart^I10");
        assert_eq!((then, &told[..]), (first.clone(), &["entered-in-error".to_owned()][..]));
        assert_ne!(made("3", "AD", "I51^Other^I10").0, first);
    }
}

/// Action UN (table 0287) unlinks.
#[test]
fn a_goal_that_is_unlinked_is_not_about_the_problem() {
    let about = |event: &str, segments: &[&str]| {
        let made = bundle("1", event, segments);
        find(&made, "Goal.addresses -> Condition.code.coding.code")
    };
    let prb = "PRB|UC|20240501|I50^Heart failure^I10|PR1^EHR";
    let gol = |action: &str| format!("GOL|{action}|20240501|G1^Weight^L|GO1^EHR");
    assert_eq!(about("PPR^PC2", &[prb, &gol("LI")]), ["I50"]);
    assert_eq!(about("PPR^PC2", &[prb, &gol("UN")]), [""; 0]);
    assert_eq!(about("PGL^PC7", &[&gol("UC"), &prb.replace("UC", "UN")]), [""; 0]);
}

/// PPR_PC1 has the goals behind each problem: a goal of two problems is one, and about both.
#[test]
fn a_goal_of_two_problems_is_one() {
    let told = |second: &str| {
        let made = bundle(
            "1",
            "PPR^PC1",
            &[
                "PRB|AD|20240501|I50^Heart failure^I10|PR1^EHR",
                "GOL|AD|20240501|G1^Weight^L|GO1^EHR",
                "NTE|1||Weekly",
                "PRB|AD|20240501|E66^Obesity^I10|PR2^EHR",
                second,
                "NTE|1||Weekly",
                "NTE|2||With a dietician",
            ],
        );
        let about =
            find(&made, "Goal[identifier.value=GO1].addresses -> Condition.code.coding.code");
        let notes = find(&made, "Goal.note.text");
        (find(&made, "Goal.id").len(), about, notes.len())
    };
    let both = vec!["I50".to_owned(), "E66".to_owned()];
    assert_eq!(told("GOL|LI|20240501|G1^Weight^L|GO1^EHR"), (1, both.clone(), 2));
    // It says something else, or is another.
    assert_eq!(told("GOL|DE|20240501|G1^Weight^L|GO1^EHR"), (2, both.clone(), 3));
    assert_eq!(told("GOL|AD|20240501|G1^Weight^L|GO2^EHR"), (2, vec!["I50".to_owned()], 3));
    // Not about that problem any more.
    assert_eq!(told("GOL|UN|20240501|G1^Weight^L|GO1^EHR").1, ["I50"]);
}

/// A pathway stands behind the problem or the goal that it is for, or before all of these (PPP, PPG).
#[test]
fn a_pathway_is_for_the_problems_and_goals_that_it_stands_with() {
    let pth = "PTH|AD|HF^Heart pathway^L|PW1^EHR|20240501";
    let prb = ["I50", "E66"].map(|code| format!("PRB|AD|20240501|{code}^x^I10|{code}^EHR"));
    let gol = "GOL|AD|20240501|G1^Weight^L|GO1^EHR";
    let about = |event: &str, segments: &[&str]| {
        let made = bundle("1", event, segments);
        assert_eq!(find(&made, "CarePlan.id").len(), 1, "{segments:?}");
        let of = |path: &str| find(&made, &format!("CarePlan.{path}"));
        (of("addresses -> Condition.code.coding.code"), of("goal.reference").len())
    };
    let [heart, weight] = [&prb[0], &prb[1]];
    let both = vec!["I50".to_owned(), "E66".to_owned()];
    assert_eq!(about("PPR^PC1", &[heart, pth, gol, weight]), (vec!["I50".to_owned()], 0));
    // Below a second problem it is the same one.
    let again = "PTH|LI|HF^Heart pathway^L|PW1^EHR|20240501";
    assert_eq!(about("PPR^PC1", &[heart, pth, weight, again]), (both.clone(), 0));
    assert_eq!(about("PGL^PC6", &[gol, pth, heart]), (vec![], 1));
    assert_eq!(about("PPP^PCB", &[pth, heart, gol, weight]), (both, 1));
}

#[test]
fn what_was_observed_with_a_problem_or_a_goal_belongs_to_it() {
    let prb = "PRB|AD|20240501|I50^Heart failure^I10|PR1^EHR";
    let gol = "GOL|AD|20240501|G1^Weight^L|GO1^EHR";
    let made = bundle("1", "PPR^PC1", &[prb, "OBX|1|NM|A||1", gol, "OBX|1|NM|B||2"]);
    let code = "Observation.code.coding.code";
    assert_eq!(find(&made, &format!("Condition.evidence.detail -> {code}")), ["A"]);
    assert_eq!(find(&made, &format!("Goal.outcomeReference -> {code}")), ["B"]);
}
