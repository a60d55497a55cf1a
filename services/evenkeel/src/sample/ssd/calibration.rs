//! How often, how long, how late: what England's published statistics say of children's services, and, where no
//! statistic is at hand, what is assumed. Each number names its source. The statistics are the Department for
//! Education's, under the Open Government Licence v3.0.
//!
//! * C2, C4, D5, D6, B7: tables of *Children in need*, England, year to 31 March 2024.
//! * CSWW: *Children's social work workforce*, England, 30 September 2025 unless a year is given.
//! * CLA3: social worker stability in *Children looked after*, England, year to 31 March 2024.
//! * CIN, CLA: other figures of the same publications, as generally known and rounded; not read from their tables.
//! * "assumed": an ordinary value.

use crate::sample::chance::Band;

/// Children a full-time case-holder holds, in tenths. CSWW: 321,661 children for 21,105 case-holders, 15.2.
pub(super) const CASELOAD_TENTHS: i64 = 152;
/// Children a reviewing officer has. Guidance for reviewing officers (2010): 50 to 70.
pub(super) const REVIEWING_CASELOAD: i64 = 60;
/// Workers in a team: assumed.
pub(super) const TEAM: i64 = 7;
/// Days somebody stayed who has left. CSWW: turnover 11.8 % (2025) to 17.2 % (2022), most of it within five years.
pub(super) const STAYED_DAYS: [Band; 3] = [(40, (150, 540)), (40, (541, 1200)), (20, (1201, 2500))];
/// Days a post stood empty. CSWW: 14.2 % vacant, 73.6 % of that covered by agency workers.
pub(super) const EMPTY_DAYS: [Band; 3] = [(70, (0, 5)), (20, (6, 30)), (10, (31, 120))];
/// Days until a child is given to another worker although the worker stays. CLA3: 27 % of children looked after had a
/// third worker within the year (22,140 of 83,300), leavers and handovers between teams included.
pub(super) const SAME_WORKER_DAYS: [Band; 3] =
    [(16, (40, 240)), (34, (241, 600)), (50, (601, 2200))];
/// Of a thousand changes of worker, those that leave a gap with nobody: assumed.
pub(super) const UNHELD_PERMILLE: i64 = 15;
/// Of a thousand new allocations, those that wait in the team's pool first: assumed.
pub(super) const POOLED_PERMILLE: i64 = 250;

/// Children of a family who are known together: assumed, about 1.9 on average.
pub(super) const SIBLINGS: [(i64, i64); 5] = [(45, 1), (30, 2), (15, 3), (7, 4), (3, 5)];
/// Years of age at the first referral; -1 is not yet born. CIN characteristics: about 3 % unborn, a fifth under
/// five, rest spread with a peak at 10 to 15; rounded.
pub(super) const AGES: [Band; 6] = [
    (3, (-1, -1)),
    (7, (0, 0)),
    (20, (1, 4)),
    (26, (5, 9)),
    (32, (10, 15)),
    (12, (16, 17)),
];
/// Of a thousand children known, those who die while known: assumed, so that a sample has some.
pub(super) const DEATHS_PERMILLE: i64 = 1;

/// Of a thousand referrals, those decided as no further action at once. CIN 2024: 6.6 %.
pub(super) const REFERRALS_NFA_PERMILLE: i64 = 66;
/// Of a thousand closed referrals, those followed by another within a year. CIN 2024: 22.4 %.
pub(super) const AGAIN_WITHIN_A_YEAR_PERMILLE: i64 = 224;
/// And within one to three years: assumed.
pub(super) const AGAIN_LATER_PERMILLE: i64 = 150;
/// Contacts that did not become referrals, for one child: assumed.
pub(super) const OTHER_CONTACTS: [Band; 3] = [(25, (0, 0)), (45, (1, 2)), (30, (3, 6))];

/// Working days an assessment took. C2: 643,170 completed; 543,210 of them, 84.5 %, within 45.
pub(super) const ASSESSMENT_WORKING_DAYS: [Band; 9] = [
    (988, (0, 0)),
    (7_342, (1, 10)),
    (11_095, (11, 20)),
    (10_260, (21, 30)),
    (12_969, (31, 40)),
    (11_667, (41, 45)),
    (3_856, (46, 50)),
    (2_949, (51, 60)),
    (3_190, (61, 90)),
];
/// Visits during an assessment: assumed.
pub(super) const ASSESSMENT_VISITS: [Band; 2] = [(60, (1, 2)), (40, (3, 5))];
/// Of a thousand assessments, those with a section 47 enquiry. C2, C4: 224,520 enquiries, 643,170 assessments.
pub(super) const SECTION47_PERMILLE: i64 = 349;
/// Of a thousand section 47 enquiries, those that led to a conference. C4: 72,250 of 224,520.
pub(super) const CONFERENCE_PERMILLE: i64 = 322;
/// Working days from strategy discussion to conference. C4: 72,230 conferences; 79.7 % within 15.
pub(super) const CONFERENCE_WORKING_DAYS: [Band; 4] = [
    (680, (3, 10)),
    (5_078, (11, 15)),
    (630, (16, 20)),
    (835, (21, 45)),
];
/// Of a thousand conferences, those that decided a plan. CIN 2024: about 61,000 plans began; 85 %.
pub(super) const PLAN_PERMILLE: i64 = 850;
/// Days a protection plan lasted. D5 gives the ages of the 49,900 open plans (29.7 % to 3 months, 24.7 % to 6, 27.1 % to
/// a year, 16.0 % to two, 2.6 % over); lengths that give these ages in a steady year.
pub(super) const PROTECTION_DAYS: [Band; 5] = [
    (12, (10, 91)),
    (22, (92, 182)),
    (38, (183, 365)),
    (23, (366, 730)),
    (5, (731, 1_095)),
];
/// Of a thousand review conferences, those in time. D6: 89.8 % of open plans had all of theirs in time; a plan open for
/// three months had about two in the year.
pub(super) const PROTECTION_REVIEW_IN_TIME_PERMILLE: i64 = 950;
/// Working days between visits under a protection plan: assumed; local standards are 10 to 20.
pub(super) const PROTECTION_VISIT_WORKING_DAYS: [Band; 3] =
    [(70, (6, 10)), (22, (11, 15)), (8, (16, 30))];

/// Of a thousand assessments without a plan, those followed by a plan for a child in need. B7, C2: 185,660 plans began,
/// 643,170 assessments were completed.
pub(super) const NEED_PERMILLE: i64 = 300;
/// Days such a plan lasted. B7: 103,440 open on the day, 185,660 begun in the year, so 203 days on average.
pub(super) const NEED_DAYS: [Band; 4] = [
    (20, (20, 75)),
    (42, (76, 190)),
    (26, (191, 365)),
    (12, (366, 900)),
];
/// Working days between visits under it: assumed; local standards are 4 to 12 weeks.
pub(super) const NEED_VISIT_WORKING_DAYS: [Band; 3] =
    [(60, (12, 20)), (30, (21, 30)), (10, (31, 60))];
/// Of a thousand assessments or ended plans, those followed by support without a plan, as for disabled children. CIN 2024:
/// of 399,000 open on the day over 100,000 had neither plan nor assessment nor care.
pub(super) const SUPPORT_PERMILLE: i64 = 330;
/// Days of it: assumed, so that about a fifth of the children of six years is open on the day.
pub(super) const SUPPORT_DAYS: [Band; 3] = [(30, (30, 180)), (40, (181, 720)), (30, (721, 1_800))];
/// Of a thousand children supported without a plan, those with short breaks: assumed.
pub(super) const SHORT_BREAKS_PERMILLE: i64 = 60;

/// Of a thousand assessments and of a thousand ended protection plans, those followed by care. CLA: 33,000 began to be
/// looked after in the year; 622,000 referrals.
pub(super) const CARE_AFTER_ASSESSMENT_PERMILLE: i64 = 40;
pub(super) const CARE_AFTER_PROTECTION_PERMILLE: i64 = 240;
/// Days in care. CLA: 83,630 on the day, 33,000 begun in the year: two and a half years on average.
pub(super) const CARE_DAYS: [Band; 6] = [
    (18, (4, 90)),
    (14, (91, 240)),
    (20, (241, 600)),
    (22, (601, 1_200)),
    (16, (1_201, 2_400)),
    (10, (2_401, 5_000)),
];
/// Working days until the first review; the limit is 20. Reviews in time are published for some authorities only:
/// assumed about 90 %.
pub(super) const FIRST_REVIEW_WORKING_DAYS: [Band; 3] =
    [(10, (10, 15)), (80, (16, 20)), (10, (21, 35))];
pub(super) const CARE_REVIEW_IN_TIME_PERMILLE: i64 = 920;
/// Of a thousand reviews, those called off once before they were held: assumed.
pub(super) const CANCELLED_PERMILLE: i64 = 40;
/// Days between visits to a child looked after after the first; the limit is six weeks. Assumed.
pub(super) const CARE_VISIT_DAYS: [Band; 3] = [(80, (25, 42)), (13, (43, 56)), (7, (57, 110))];
/// Of a thousand placements, those where the first visit came within the week: assumed.
pub(super) const FIRST_VISIT_IN_TIME_PERMILLE: i64 = 900;
/// Days a placement lasted. CLA: about 10 % had three or more placements in the year, two thirds one.
pub(super) const PLACEMENT_DAYS: [Band; 5] = [
    (10, (3, 45)),
    (16, (46, 150)),
    (22, (151, 400)),
    (27, (401, 1_000)),
    (25, (1_001, 5_000)),
];
/// Where children live. CLA: two thirds in foster care (a third of them with somebody they know), a sixth in homes and
/// semi-independent living, 7 % with parents.
pub(super) const PLACEMENTS: [(i64, &str); 8] = [
    (38, "U6"),
    (14, "U4"),
    (9, "U1"),
    (9, "U3"),
    (16, "K2"),
    (7, "P1"),
    (3, "R3"),
    (4, "Z1"),
];
/// From 16 on: CLA, about a third in semi-independent or independent living.
pub(super) const PLACEMENTS_FROM_16: [(i64, &str); 5] =
    [(40, "H5"), (15, "P2"), (25, "U4"), (12, "U6"), (8, "K2")];
/// Working days until the first health assessment; the limit is 20. Assumed about 55 % in time.
pub(super) const FIRST_HEALTH_WORKING_DAYS: [Band; 3] =
    [(55, (8, 20)), (35, (21, 40)), (10, (41, 90))];
/// Of a thousand later ones, those in time. CLA: 89 % of children looked after for a year were up to date.
pub(super) const HEALTH_IN_TIME_PERMILLE: i64 = 890;
/// Of a thousand children a year, those who go missing, from ten years of age. CLA: 11 % of all, about six times each.
pub(super) const MISSING_PERMILLE: i64 = 190;
pub(super) const MISSING_TIMES: [Band; 3] = [(45, (1, 2)), (35, (3, 8)), (20, (9, 20))];
/// Of a thousand returns, those with an interview offered: assumed.
pub(super) const INTERVIEW_OFFERED_PERMILLE: i64 = 840;
/// Of a thousand children under six in care, those who are adopted. CLA: 2,980 adopted, 9 % of those who left.
pub(super) const ADOPTED_PERMILLE: i64 = 260;

/// Of a thousand young people who left care, those in touch. CLA: about 92 % of those aged 19 to 21.
pub(super) const IN_TOUCH_PERMILLE: i64 = 920;
/// Days between contacts, and between reviews of a pathway plan (six months): assumed.
pub(super) const CONTACT_DAYS: [Band; 2] = [(80, (28, 56)), (20, (57, 120))];
pub(super) const PATHWAY_DAYS: [Band; 2] = [(80, (140, 183)), (20, (184, 280))];

/// Of a thousand visits, those where the child was not seen, and those where nobody recorded it: assumed.
pub(super) const NOT_SEEN_PERMILLE: i64 = 60;
pub(super) const SEEN_BLANK_PERMILLE: i64 = 25;
/// Working days until a record is made: assumed; about a tenth comes later than a week.
pub(super) const RECORDED_WORKING_DAYS: [Band; 4] =
    [(60, (0, 1)), (30, (2, 5)), (8, (6, 15)), (2, (16, 40))];
/// Of a thousand rows with a date, those whose date is first recorded wrongly: assumed.
pub(super) const CORRECTED_PERMILLE: i64 = 15;
/// Of a thousand references, those that lead nowhere: assumed.
pub(super) const DANGLING_PERMILLE: i64 = 5;
/// One row in so many is deleted for good some day, and one in so many is gone for some nights of a month.
pub(super) const DELETED_ONE_IN: u64 = 4_000;
pub(super) const ABSENT_ONE_IN: u64 = 3_000;
/// From so many nights on one of them is half empty.
pub(super) const NIGHTS_WITH_A_PARTIAL: usize = 5;
