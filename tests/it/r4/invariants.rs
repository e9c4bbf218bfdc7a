//! Invariants of R4's data types and resources, by their keys in the specification. Those of a
//! Bundle, and those that need the target of a reference, are in `bundle.rs`.

use super::primitive::{compare_times, is_absolute};
use super::walk::{Object, items};
use serde_json::Value;
use std::cmp::Ordering::{Equal, Less};

const UCUM: &str = "http://unitsofmeasure.org";
const TERMINOLOGY: &str = "http://terminology.hl7.org/CodeSystem";

/// The keys and words of all invariants that an object of this type breaks.
pub(super) fn broken(type_name: &str, object: &Object) -> Vec<&'static str> {
    let this = Reader(object);
    let mut found = match type_name {
        "AllergyIntolerance" => allergy(this),
        "Appointment" => appointment(this),
        "Condition" => condition(this),
        "Observation" => observation(this),
        "Timing.repeat" => repeat(this),
        "Quantity" | "SimpleQuantity" | "Age" | "Count" | "Distance" | "Duration" => {
            quantity(type_name, this)
        }
        _ => part(type_name, this),
    };
    if object.contains_key("contained") {
        found.extend(contained(this));
    }
    found
}

/// Names of members of an object, a choice by what it begins with.
#[derive(Clone, Copy)]
struct Reader<'v>(&'v Object);

impl<'v> Reader<'v> {
    fn get(self, name: &str) -> Option<&'v Value> {
        self.0.get(name)
    }

    /// `value[x]` stands for all of its types.
    fn has(self, name: &str) -> bool {
        let is_it = |key: &str| match name.strip_suffix("[x]") {
            Some(stem) => key
                .strip_prefix(stem)
                .is_some_and(|r| r.starts_with(|c: char| c.is_ascii_uppercase())),
            None => key == name,
        };
        self.0.keys().any(|key| is_it(key) || key.strip_prefix('_').is_some_and(is_it))
    }

    fn text(self, name: &str) -> &'v str {
        self.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    fn has_any(self, names: &[&str]) -> bool {
        names.iter().any(|name| self.has(name))
    }

    fn number(self, name: &str) -> Option<f64> {
        self.get(name).and_then(Value::as_f64)
    }

    /// A CodeableConcept has a code of the system.
    fn is_coded(self, name: &str, system: &str, codes: &[&str]) -> bool {
        let codings = self.get(name).and_then(|concept| concept.get("coding"));
        items(codings).any(|c| {
            let text = |part: &str| c[part].as_str().unwrap_or_default();
            text("system") == format!("{TERMINOLOGY}/{system}") && codes.contains(&text("code"))
        })
    }
}

/// The words of those that do not hold.
fn unless(rules: &[(bool, &'static str)]) -> Vec<&'static str> {
    rules.iter().filter(|(holds, _)| !holds).map(|(_, words)| *words).collect()
}

fn part(type_name: &str, this: Reader<'_>) -> Vec<&'static str> {
    let only_if = |name: &str, needed: &str| !this.has(name) || this.has(needed);
    match type_name {
        "Extension" => unless(&[
            (this.has("extension") != this.has("value[x]"), "ext-1: either a value or extensions"),
            (
                is_absolute(this.text("url")) || !this.text("url").contains('/'),
                "the url is relative",
            ),
        ]),
        "Identifier" | "Coding" => unless(&[(
            !this.has("system") || is_absolute(this.text("system")),
            "the system is no absolute URI",
        )]),
        "Attachment" => {
            unless(&[(only_if("data", "contentType"), "att-1: data without contentType")])
        }
        "ContactPoint" => unless(&[(only_if("value", "system"), "cpt-2: value without system")]),
        "Period" => unless(&[(
            !(this.has("start") && this.has("end"))
                || matches!(
                    compare_times(this.text("start"), this.text("end")),
                    Some(Less | Equal)
                ),
            "per-1: starts after its end, or at a time that cannot be compared with it",
        )]),
        "Range" => {
            unless(&[(!is_above(this.get("low"), this.get("high")), "rng-2: low above high")])
        }
        "Ratio" => unless(&[(
            this.has("numerator") == this.has("denominator")
                && this.has_any(&["numerator", "extension"]),
            "rat-1: numerator and denominator come together",
        )]),
        "Reference" => unless(&[(
            this.has_any(&["reference", "identifier", "display", "extension"]),
            "refers to nothing",
        )]),
        "Appointment.participant" => {
            unless(&[(this.has_any(&["type", "actor"]), "app-1: neither type nor actor")])
        }
        "CarePlan.activity" => unless(&[(
            !this.has("detail") || !this.has("reference"),
            "cpl-3: detail and reference",
        )]),
        "Condition.stage" => unless(&[(
            this.has_any(&["summary", "assessment"]),
            "con-1: no summary, no assessment",
        )]),
        "Condition.evidence" => {
            unless(&[(this.has_any(&["code", "detail"]), "con-2: neither code nor detail")])
        }
        "Consent" => unless(&[(
            this.has_any(&["policy", "policyRule"]),
            "ppc-1: neither policy nor policyRule",
        )]),
        "Goal.target" => {
            unless(&[(only_if("detail[x]", "measure"), "gol-1: detail without measure")])
        }
        "Group" => unless(&[(
            !this.has("member") || this.get("actual") == Some(&Value::Bool(true)),
            "grp-1: members of what is not actual",
        )]),
        "Immunization.education" => unless(&[(
            this.has_any(&["documentType", "reference"]),
            "imm-1: neither documentType nor reference",
        )]),
        "ImmunizationRecommendation.recommendation" => unless(&[(
            this.has_any(&["vaccineCode", "targetDisease"]),
            "imr-1: neither vaccineCode nor targetDisease",
        )]),
        "Linkage" => {
            unless(&[(items(this.get("item")).count() > 1, "lnk-1: fewer than two items")])
        }
        "List" => {
            unless(&[(!this.has("emptyReason") || !this.has("entry"), "lst-1: empty with entries")])
        }
        "MedicationAdministration.dosage" => {
            unless(&[(this.has_any(&["dose", "rate[x]"]), "mad-1: neither dose nor rate")])
        }
        "MedicationDispense" => unless(&[(
            compare_times(this.text("whenHandedOver"), this.text("whenPrepared")) != Some(Less),
            "mdd-1: handed over before prepared",
        )]),
        "Observation.referenceRange" => {
            unless(&[(this.has_any(&["low", "high", "text"]), "obs-3: no low, high or text")])
        }
        "Organization" => unless(&[
            (this.has_any(&["identifier", "name"]), "org-1: neither identifier nor name"),
            (items(this.get("address")).all(|a| a["use"] != "home"), "org-2: a home address"),
            (items(this.get("telecom")).all(|t| t["use"] != "home"), "org-3: a home telecom"),
        ]),
        "Patient.contact" => unless(&[(
            this.has_any(&["name", "telecom", "address", "organization"]),
            "pat-1: no name, telecom, address or organization",
        )]),
        "ServiceRequest" => {
            unless(&[(only_if("orderDetail", "code"), "prr-1: orderDetail without code")])
        }
        _ => Vec::new(),
    }
}

fn allergy(this: Reader<'_>) -> Vec<&'static str> {
    let in_error = this.is_coded(
        "verificationStatus",
        "allergyintolerance-verification",
        &["entered-in-error"],
    );
    unless(&[
        (in_error || this.has("clinicalStatus"), "ait-1: no clinicalStatus"),
        (!in_error || !this.has("clinicalStatus"), "ait-2: clinicalStatus of an error"),
    ])
}

fn appointment(this: Reader<'_>) -> Vec<&'static str> {
    let status = this.text("status");
    let (start, end) = (this.has("start"), this.has("end"));
    unless(&[
        (start == end, "app-2: start and end come together"),
        (
            start && end || ["proposed", "cancelled", "waitlist"].contains(&status),
            "app-3: no start and end",
        ),
        (
            !this.has("cancelationReason") || ["noshow", "cancelled"].contains(&status),
            "app-4: a cancelationReason of what is not cancelled",
        ),
    ])
}

fn condition(this: Reader<'_>) -> Vec<&'static str> {
    let is_over = this.is_coded(
        "clinicalStatus",
        "condition-clinical",
        &["resolved", "remission", "inactive"],
    );
    let in_error =
        this.is_coded("verificationStatus", "condition-ver-status", &["entered-in-error"]);
    let on_problem_list = items(this.get("category"))
        .any(|c| items(c.get("coding")).any(|c| c["code"] == "problem-list-item"));
    unless(&[
        (
            this.has("clinicalStatus") || in_error || !on_problem_list,
            "con-3: a problem without clinicalStatus",
        ),
        (!this.has("abatement[x]") || is_over, "con-4: abated, but active"),
        (!in_error || !this.has("clinicalStatus"), "con-5: clinicalStatus of an error"),
    ])
}

fn observation(this: Reader<'_>) -> Vec<&'static str> {
    let codings = |value: Option<&Value>| -> Vec<(Value, Value)> {
        items(value.and_then(|code| code.get("coding")))
            .map(|c| (c["system"].clone(), c["code"].clone()))
            .collect()
    };
    let own = codings(this.get("code"));
    let repeats_code = items(this.get("component"))
        .any(|component| codings(component.get("code")).iter().any(|c| own.contains(c)));
    unless(&[
        (
            !this.has("dataAbsentReason") || !this.has("value[x]"),
            "obs-6: a value and why there is none",
        ),
        (
            !this.has("value[x]") || !repeats_code,
            "obs-7: a value, and a component with the same code",
        ),
    ])
}

fn repeat(this: Reader<'_>) -> Vec<&'static str> {
    let only_if = |name: &str, needed: &str| !this.has(name) || this.has(needed);
    let is_not_negative = |name: &str| this.number(name).is_none_or(|n| n >= 0.0);
    let is_meal = |w: &Value| ["C", "CM", "CD", "CV"].iter().any(|code| w == code);
    unless(&[
        (only_if("duration", "durationUnit"), "tim-1: duration without unit"),
        (only_if("period", "periodUnit"), "tim-2: period without unit"),
        (is_not_negative("duration"), "tim-4: a negative duration"),
        (is_not_negative("period"), "tim-5: a negative period"),
        (only_if("periodMax", "period"), "tim-6: periodMax without period"),
        (only_if("durationMax", "duration"), "tim-7: durationMax without duration"),
        (only_if("countMax", "count"), "tim-8: countMax without count"),
        (
            !this.has("offset") || this.has("when") && !items(this.get("when")).any(is_meal),
            "tim-9: an offset of no event",
        ),
        (!this.has("timeOfDay") || !this.has("when"), "tim-10: timeOfDay and when"),
    ])
}

fn quantity(type_name: &str, this: Reader<'_>) -> Vec<&'static str> {
    let is_ucum = !this.has("system") || this.text("system") == UCUM;
    let has_code = this.has("code") || !this.has("value");
    let mut found = unless(&[
        (!this.has("code") || this.has("system"), "qty-3: code without system"),
        (!this.has("system") || is_absolute(this.text("system")), "the system is no absolute URI"),
    ]);
    found.extend(match type_name {
        "SimpleQuantity" => unless(&[(!this.has("comparator"), "sqty-1: a comparator")]),
        "Age" => unless(&[(
            has_code && is_ucum && this.number("value").is_none_or(|n| n > 0.0),
            "age-1: not a positive number of a UCUM unit",
        )]),
        "Distance" => unless(&[(has_code && is_ucum, "dis-1: no UCUM unit")]),
        "Count" => unless(&[(
            has_code
                && is_ucum
                && ["", "1"].contains(&this.text("code"))
                && this.get("value").is_none_or(|n| !n.to_string().contains('.')),
            "cnt-3: not a whole number of unit 1",
        )]),
        "Duration" => unless(&[(
            !this.has("code") || this.text("system") == UCUM && this.has("value"),
            "drt-1: a code without a value, or not of UCUM",
        )]),
        _ => Vec::new(),
    });
    found
}

/// Two quantities of one unit, the first above the second.
fn is_above(low: Option<&Value>, high: Option<&Value>) -> bool {
    let (Some(low), Some(high)) = (low, high) else { return false };
    let same_unit = low["code"] == high["code"] && low["unit"] == high["unit"];
    match (low["value"].as_f64(), high["value"].as_f64()) {
        (Some(low), Some(high)) => same_unit && low > high,
        _ => false,
    }
}

fn contained(this: Reader<'_>) -> Vec<&'static str> {
    let inner = || items(this.get("contained"));
    let text = Value::Object(this.0.clone()).to_string();
    let is_used = |r: &Value| {
        let id = r["id"].as_str().unwrap_or_default();
        text.contains(&format!("\"#{id}\"")) || r.to_string().contains("\"#\"")
    };
    unless(&[
        (inner().all(|r| r["contained"].is_null()), "dom-2: contained in what is contained"),
        (inner().all(is_used), "dom-3: contained, but not referred to"),
        (
            inner().all(|r| r["meta"]["versionId"].is_null() && r["meta"]["lastUpdated"].is_null()),
            "dom-4: a version of what is contained",
        ),
        (inner().all(|r| r["meta"]["security"].is_null()), "dom-5: a label of what is contained"),
    ])
}
