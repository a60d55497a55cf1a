//! The main job, as a person does it: start, load a real return beside it, cover it, look.

use crate::{browser, first_start, program::Program};

const AS_AT: [&str; 4] = ["--as-at", "2018-03-31", "--authority", "realshire"];

#[tokio::test(flavor = "multi_thread")]
async fn a_real_return_becomes_deadlines_that_reach_somebody() {
    let Some(shared) = crate::regulation_33::shared_data() else {
        return;
    };
    let source = shared.join("ssda903").display().to_string();
    let mut program = Program::new(None);
    program.up().await;
    let with = |arguments: &[&str]| program.say(&[arguments, &AS_AT].concat());

    let import = ["import", "ssda903", source.as_str()];
    let summary = with(&import);
    for figure in [
        "5,050",
        "12,582",
        "2,123",
        "3,070",
        "(552 children)",
        "5,042",
        "SWLAZY",
    ] {
        assert!(summary.contains(figure), "{figure}: {summary}");
    }
    program.settle().await;
    let rows = program.say(&["deadlines", "--authority", "realshire", "--format", "csv"]);
    assert_eq!(
        rows.lines().next().unwrap(),
        "authority,child,rule,trigger_date,due_date,state,met_date,owner"
    );
    let running = rows
        .lines()
        .filter(|row| row.contains(",open,") || row.contains(",overdue,"));
    assert_eq!(
        running.count(),
        926,
        "what regulation 33, written a second time, finds on that day"
    );
    let again = with(&import);
    assert!(again.contains("nothing changed"), "{again}");
    assert_eq!(
        program.say(&["deadlines", "--authority", "realshire", "--format", "csv"]),
        rows
    );

    covered(&program, &source).await;
    let mut browser = browser::opened(&program.link().await).await;
    browser::open(&mut browser, "/a/realshire/board").await;
    let shown = first_start::numbers(&mut browser, "main");
    assert_eq!(shown.iter().sum::<usize>(), 926, "{shown:?} on the page");
    let second = program.ask(&["up"]);
    let said = String::from_utf8_lossy(&second.stderr).into_owned();
    assert!(
        !second.status.success() && said.contains("http://127.0.0.1:"),
        "{said}"
    );
}

/// With invented workers, most children have somebody who holds, and each date its arithmetic.
async fn covered(program: &Program, source: &str) {
    let out = program.data().join("cover").display().to_string();
    program.say(
        &[
            &["sample", "--cover", "ssda903", source, "--out", &out],
            &AS_AT[..],
        ]
        .concat(),
    );
    program.settle().await;
    let rules = program.say(&["rules", "--authority", "realshire"]);
    assert!(
        rules.contains("en.cla.first-review") && rules.contains("ssda903"),
        "{rules}"
    );
    let owned = program.say(&["deadlines", "--authority", "realshire", "--format", "csv"]);
    assert!(
        owned.lines().filter(|row| row.contains(",SYN-")).count() > 500,
        "most have somebody who holds"
    );
    let child = owned
        .lines()
        .find(|row| row.contains("first-review,") && row.contains(",overdue,"))
        .unwrap();
    let child = child.split(',').nth(1).unwrap();
    let why = program.say(&["deadlines", "--explain", child, "--authority", "realshire"]);
    assert!(why.contains("20 working days from"), "{why}");
}
