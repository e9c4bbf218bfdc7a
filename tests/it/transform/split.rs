//! Several messages out of one.

use super::*;

/// An order without the segment that a message is split by is asked for once, not with each of the others.
#[test]
fn split_asks_for_no_order_twice() {
    const ORM: &str = "MSH|^~\\&|A|B|||20240101||ORM^O01^ORM_O01|C1|P|2.5.1\rPID|1||7\r\
        ORC|NW|L1\rOBR|1|L1||718-7\rORC|NW|M1\rRXO|DIGOXIN\rORC|NW|L2\rOBR|2|L2||2345-7\r\n";
    let out = pipehat(&["transform", "split by OBR"]).stdin(ORM).text();
    let shown =
        pipehat(&["query", "MSH-10", "PID-3", "ORC-2", "RXO-1", "OBR-2"]).stdin(&out).text();
    assert_eq!(shown, "C1-1\t7\tL1\t\tL1\nC1-2\t7\tM1\tDIGOXIN\t\nC1-3\t7\tL2\t\tL2\n");
    // Prior results are no orders of the message.
    const OML: &str = "MSH|^~\\&|A|B|||20240101||OML^O21^OML_O21|C1|P|2.5.1\rPID|1||7\r\
        ORC|NW|L1\rOBR|1|L1||718-7\rPID|1||7A\rORC|RE|P1\rOBR|1|P1||718-7\rOBX|1|NM|718-7||9\r\
        ORC|NW|L2\rOBR|2|L2||2345-7\r\n";
    let out = pipehat(&["transform", "split by OBR"]).stdin(OML).text();
    let shown = pipehat(&["query", "MSH-10", "OBR-2", "OBX-5"]).stdin(&out).text();
    assert_eq!(shown, "C1-1\tL1~P1\t9\nC1-2\tL2\t\n");
    // Whose order it is can be asked in each of them.
    let rows = pipehat(&["query", "--each", "OBR", "OBR-2", "PID-3", "ORC-2"]).stdin(OML).text();
    assert_eq!(rows, "L1\t7\tL1\nP1\t7A\tP1\nL2\t7\tL2\n");
}

#[test]
fn split_makes_a_message_of_each_order() {
    let out =
        pipehat(&["transform", "set MSH-5 = Q split by OBR set ZPD-2 = MSH-10"]).stdin(ORU).text();
    let messages: Vec<_> = out.lines().map(|line| line.trim_end_matches('\r')).collect();
    assert_eq!(messages.len(), 2);
    let ids = |message: &str| {
        message.split('\r').map(|s| s[..3].to_owned()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(ids(messages[0]), "MSH PID ORC OBR OBX NTE");
    // The ORC stands for both orders.
    assert_eq!(ids(messages[1]), "MSH PID ORC OBR OBX OBX ZPD");
    assert_eq!(pipehat(&["query", "MSH-10", "MSH-5"]).stdin(&out).text(), "M-1-1\tQ\nM-1-2\tQ\n");
    assert!(messages[1].ends_with("ZPD|x|M-1-2"));
    // Many orders take no time of their own for each pair of them.
    let order = |n: usize| format!("OBR|{n}\rOBX|1|||x\rNTE|1\r");
    let many: String =
        ORU.split_inclusive('\r').take(2).map(str::to_owned).chain((1..=3000).map(order)).collect();
    let out = pipehat(&["transform", "split by OBR"]).stdin(many + "\n").text();
    assert!(out.lines().count() == 3000 && out.matches('\r').count() == 5 * 3000);
    // A segment of the site is behind the order here, and behind results there: the first has all
    // results of its order.
    let order = |n: usize, rest: &str| format!("OBR|{n}|||X\r{rest}");
    let mixed = ORU.split_inclusive('\r').take(2).map(str::to_owned).collect::<String>()
        + &order(1, "ZRS|a\rOBX|1|NM|A\rOBX|2|NM|B\r")
        + &order(2, "OBX|1|NM|C\rZRS|c\rOBX|2|NM|D\rZRS|d\r\n");
    let out = pipehat(&["transform", "split by ZRS"]).stdin(mixed).text();
    let found = pipehat(&["query", "ZRS-1", "OBR-1", "OBX-3"]).stdin(out).text();
    assert_eq!(found, "a\t1\tA~B\nc\t2\tC\nd\t2\tD\n");
    // One order is no reason for another message.
    assert_eq!(pipehat(&["transform", "split by PID"]).stdin(ORU).text(), ORU);
    assert_eq!(
        pipehat(&["transform", "when MSH-9 = ORU^R01^ORU_R01 { split by OBR } drop"])
            .stdin(ORU)
            .run()
            .stdout,
        b""
    );
}
