-- Made by scripts/ssd-export.sh from columns.csv: change that file, not this one.
-- Run by export-postgresql.sh, in the folder that the files go to. All tables are read as of one moment.
\set ON_ERROR_STOP on
\encoding UTF8
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;

SELECT to_regclass('ssd_person') IS NOT NULL AS is_there \gset
\if :is_there
\copy (SELECT pers_person_id, to_char(pers_dob::timestamp, 'YYYY-MM-DD') AS pers_dob, to_char(pers_expected_dob::timestamp, 'YYYY-MM-DD') AS pers_expected_dob, to_char(pers_death_date::timestamp, 'YYYY-MM-DD') AS pers_death_date FROM ssd_person) TO 'ssd_person.csv' WITH (FORMAT csv, HEADER, ENCODING 'UTF8')
\else
\warn There is no table ssd_person: it is left out.
\endif

SELECT to_regclass('ssd_department') IS NOT NULL AS is_there \gset
\if :is_there
\copy (SELECT dept_team_id, dept_team_name, dept_team_parent_id FROM ssd_department) TO 'ssd_department.csv' WITH (FORMAT csv, HEADER, ENCODING 'UTF8')
\else
\warn There is no table ssd_department: it is left out.
\endif

SELECT to_regclass('ssd_professionals') IS NOT NULL AS is_there \gset
\if :is_there
\copy (SELECT prof_professional_id, prof_staff_id, prof_professional_name, prof_social_worker_registration_no, prof_professional_job_title, prof_professional_department, prof_full_time_equivalency FROM ssd_professionals) TO 'ssd_professionals.csv' WITH (FORMAT csv, HEADER, ENCODING 'UTF8')
\else
\warn There is no table ssd_professionals: it is left out.
\endif

SELECT to_regclass('ssd_involvements') IS NOT NULL AS is_there \gset
\if :is_there
\copy (SELECT invo_involvements_id, invo_professional_id, invo_professional_role_id, invo_professional_team, invo_person_id, to_char(invo_involvement_start_date::timestamp, 'YYYY-MM-DD') AS invo_involvement_start_date, to_char(invo_involvement_end_date::timestamp, 'YYYY-MM-DD') AS invo_involvement_end_date, invo_worker_change_reason, invo_referral_id FROM ssd_involvements) TO 'ssd_involvements.csv' WITH (FORMAT csv, HEADER, ENCODING 'UTF8')
\else
\warn There is no table ssd_involvements: it is left out.
\endif

SELECT to_regclass('ssd_contacts') IS NOT NULL AS is_there \gset
\if :is_there
\copy (SELECT cont_contact_id, cont_person_id, to_char(cont_contact_date::timestamp, 'YYYY-MM-DD') AS cont_contact_date, cont_contact_source_code FROM ssd_contacts) TO 'ssd_contacts.csv' WITH (FORMAT csv, HEADER, ENCODING 'UTF8')
\else
\warn There is no table ssd_contacts: it is left out.
\endif

SELECT to_regclass('ssd_cin_episodes') IS NOT NULL AS is_there \gset
\if :is_there
\copy (SELECT cine_referral_id, cine_person_id, to_char(cine_referral_date::timestamp, 'YYYY-MM-DD') AS cine_referral_date, cine_referral_source_code, cine_referral_nfa, to_char(cine_close_date::timestamp, 'YYYY-MM-DD') AS cine_close_date, cine_referral_team, cine_referral_worker_id, CASE WHEN cine_referral_outcome_json IS NULL THEN '' ELSE 'Y' END AS cine_referral_outcome_json FROM ssd_cin_episodes) TO 'ssd_cin_episodes.csv' WITH (FORMAT csv, HEADER, ENCODING 'UTF8')
\else
\warn There is no table ssd_cin_episodes: it is left out.
\endif

SELECT to_regclass('ssd_cin_assessments') IS NOT NULL AS is_there \gset
\if :is_there
\copy (SELECT cina_assessment_id, cina_person_id, cina_referral_id, to_char(cina_assessment_start_date::timestamp, 'YYYY-MM-DD') AS cina_assessment_start_date, cina_assessment_child_seen, to_char(cina_assessment_auth_date::timestamp, 'YYYY-MM-DD') AS cina_assessment_auth_date, cina_assessment_team, cina_assessment_worker_id FROM ssd_cin_assessments) TO 'ssd_cin_assessments.csv' WITH (FORMAT csv, HEADER, ENCODING 'UTF8')
\else
\warn There is no table ssd_cin_assessments: it is left out.
\endif

SELECT to_regclass('ssd_s47_enquiry') IS NOT NULL AS is_there \gset
\if :is_there
\copy (SELECT s47e_s47_enquiry_id, s47e_referral_id, s47e_person_id, to_char(s47e_s47_start_date::timestamp, 'YYYY-MM-DD') AS s47e_s47_start_date, to_char(s47e_s47_end_date::timestamp, 'YYYY-MM-DD') AS s47e_s47_end_date, s47e_s47_nfa FROM ssd_s47_enquiry) TO 'ssd_s47_enquiry.csv' WITH (FORMAT csv, HEADER, ENCODING 'UTF8')
\else
\warn There is no table ssd_s47_enquiry: it is left out.
\endif

SELECT to_regclass('ssd_initial_cp_conference') IS NOT NULL AS is_there \gset
\if :is_there
\copy (SELECT icpc_icpc_id, icpc_s47_enquiry_id, icpc_person_id, icpc_cp_plan_id, icpc_icpc_transfer_in, to_char(icpc_icpc_target_date::timestamp, 'YYYY-MM-DD') AS icpc_icpc_target_date, to_char(icpc_icpc_date::timestamp, 'YYYY-MM-DD') AS icpc_icpc_date, icpc_icpc_outcome_cp_flag FROM ssd_initial_cp_conference) TO 'ssd_initial_cp_conference.csv' WITH (FORMAT csv, HEADER, ENCODING 'UTF8')
\else
\warn There is no table ssd_initial_cp_conference: it is left out.
\endif

SELECT to_regclass('ssd_cin_plans') IS NOT NULL AS is_there \gset
\if :is_there
\copy (SELECT cinp_cin_plan_id, cinp_referral_id, cinp_person_id, to_char(cinp_cin_plan_start_date::timestamp, 'YYYY-MM-DD') AS cinp_cin_plan_start_date, to_char(cinp_cin_plan_end_date::timestamp, 'YYYY-MM-DD') AS cinp_cin_plan_end_date, cinp_cin_plan_team, cinp_cin_plan_worker_id FROM ssd_cin_plans) TO 'ssd_cin_plans.csv' WITH (FORMAT csv, HEADER, ENCODING 'UTF8')
\else
\warn There is no table ssd_cin_plans: it is left out.
\endif

SELECT to_regclass('ssd_cin_visits') IS NOT NULL AS is_there \gset
\if :is_there
\copy (SELECT cinv_cin_visit_id, cinv_person_id, to_char(cinv_cin_visit_date::timestamp, 'YYYY-MM-DD') AS cinv_cin_visit_date, cinv_cin_visit_seen, cinv_cin_visit_seen_alone FROM ssd_cin_visits) TO 'ssd_cin_visits.csv' WITH (FORMAT csv, HEADER, ENCODING 'UTF8')
\else
\warn There is no table ssd_cin_visits: it is left out.
\endif

SELECT to_regclass('ssd_cp_plans') IS NOT NULL AS is_there \gset
\if :is_there
\copy (SELECT cppl_cp_plan_id, cppl_referral_id, cppl_icpc_id, cppl_person_id, to_char(cppl_cp_plan_start_date::timestamp, 'YYYY-MM-DD') AS cppl_cp_plan_start_date, to_char(cppl_cp_plan_end_date::timestamp, 'YYYY-MM-DD') AS cppl_cp_plan_end_date, cppl_cp_plan_ola FROM ssd_cp_plans) TO 'ssd_cp_plans.csv' WITH (FORMAT csv, HEADER, ENCODING 'UTF8')
\else
\warn There is no table ssd_cp_plans: it is left out.
\endif

SELECT to_regclass('ssd_cp_visits') IS NOT NULL AS is_there \gset
\if :is_there
\copy (SELECT cppv_cp_visit_id, cppv_person_id, cppv_cp_plan_id, to_char(cppv_cp_visit_date::timestamp, 'YYYY-MM-DD') AS cppv_cp_visit_date, cppv_cp_visit_seen, cppv_cp_visit_seen_alone FROM ssd_cp_visits) TO 'ssd_cp_visits.csv' WITH (FORMAT csv, HEADER, ENCODING 'UTF8')
\else
\warn There is no table ssd_cp_visits: it is left out.
\endif

SELECT to_regclass('ssd_cp_reviews') IS NOT NULL AS is_there \gset
\if :is_there
\copy (SELECT cppr_cp_review_id, cppr_person_id, cppr_cp_plan_id, to_char(cppr_cp_review_due::timestamp, 'YYYY-MM-DD') AS cppr_cp_review_due, to_char(cppr_cp_review_date::timestamp, 'YYYY-MM-DD') AS cppr_cp_review_date, cppr_cp_review_meeting_id, cppr_cp_review_outcome_continue_cp FROM ssd_cp_reviews) TO 'ssd_cp_reviews.csv' WITH (FORMAT csv, HEADER, ENCODING 'UTF8')
\else
\warn There is no table ssd_cp_reviews: it is left out.
\endif

SELECT to_regclass('ssd_cla_episodes') IS NOT NULL AS is_there \gset
\if :is_there
\copy (SELECT clae_cla_episode_id, clae_person_id, clae_cla_placement_id, to_char(clae_cla_episode_start_date::timestamp, 'YYYY-MM-DD') AS clae_cla_episode_start_date, clae_cla_episode_start_reason, to_char(clae_cla_episode_ceased_date::timestamp, 'YYYY-MM-DD') AS clae_cla_episode_ceased_date, clae_cla_episode_ceased_reason, clae_cla_id, clae_referral_id, to_char(clae_cla_last_iro_contact_date::timestamp, 'YYYY-MM-DD') AS clae_cla_last_iro_contact_date, to_char(clae_entered_care_date::timestamp, 'YYYY-MM-DD') AS clae_entered_care_date FROM ssd_cla_episodes) TO 'ssd_cla_episodes.csv' WITH (FORMAT csv, HEADER, ENCODING 'UTF8')
\else
\warn There is no table ssd_cla_episodes: it is left out.
\endif

SELECT to_regclass('ssd_cla_placement') IS NOT NULL AS is_there \gset
\if :is_there
\copy (SELECT clap_cla_placement_id, clap_cla_id, clap_person_id, to_char(clap_cla_placement_start_date::timestamp, 'YYYY-MM-DD') AS clap_cla_placement_start_date, clap_cla_placement_type, clap_cla_placement_distance, to_char(clap_cla_placement_end_date::timestamp, 'YYYY-MM-DD') AS clap_cla_placement_end_date, clap_cla_placement_change_reason FROM ssd_cla_placement) TO 'ssd_cla_placement.csv' WITH (FORMAT csv, HEADER, ENCODING 'UTF8')
\else
\warn There is no table ssd_cla_placement: it is left out.
\endif

SELECT to_regclass('ssd_cla_reviews') IS NOT NULL AS is_there \gset
\if :is_there
\copy (SELECT clar_cla_review_id, clar_cla_id, to_char(clar_cla_review_due_date::timestamp, 'YYYY-MM-DD') AS clar_cla_review_due_date, to_char(clar_cla_review_date::timestamp, 'YYYY-MM-DD') AS clar_cla_review_date, clar_cla_review_cancelled FROM ssd_cla_reviews) TO 'ssd_cla_reviews.csv' WITH (FORMAT csv, HEADER, ENCODING 'UTF8')
\else
\warn There is no table ssd_cla_reviews: it is left out.
\endif

SELECT to_regclass('ssd_cla_visits') IS NOT NULL AS is_there \gset
\if :is_there
\copy (SELECT clav_cla_visit_id, clav_cla_id, clav_person_id, to_char(clav_cla_visit_date::timestamp, 'YYYY-MM-DD') AS clav_cla_visit_date, clav_cla_visit_seen, clav_cla_visit_seen_alone FROM ssd_cla_visits) TO 'ssd_cla_visits.csv' WITH (FORMAT csv, HEADER, ENCODING 'UTF8')
\else
\warn There is no table ssd_cla_visits: it is left out.
\endif

SELECT to_regclass('ssd_cla_health') IS NOT NULL AS is_there \gset
\if :is_there
\copy (SELECT clah_health_check_id, clah_person_id, clah_health_check_type, to_char(clah_health_check_date::timestamp, 'YYYY-MM-DD') AS clah_health_check_date, clah_health_check_status FROM ssd_cla_health) TO 'ssd_cla_health.csv' WITH (FORMAT csv, HEADER, ENCODING 'UTF8')
\else
\warn There is no table ssd_cla_health: it is left out.
\endif

SELECT to_regclass('ssd_legal_status') IS NOT NULL AS is_there \gset
\if :is_there
\copy (SELECT lega_legal_status_id, lega_person_id, lega_legal_status, to_char(lega_legal_status_start_date::timestamp, 'YYYY-MM-DD') AS lega_legal_status_start_date, to_char(lega_legal_status_end_date::timestamp, 'YYYY-MM-DD') AS lega_legal_status_end_date FROM ssd_legal_status) TO 'ssd_legal_status.csv' WITH (FORMAT csv, HEADER, ENCODING 'UTF8')
\else
\warn There is no table ssd_legal_status: it is left out.
\endif

SELECT to_regclass('ssd_missing') IS NOT NULL AS is_there \gset
\if :is_there
\copy (SELECT miss_table_id, miss_person_id, to_char(miss_missing_episode_start_date::timestamp, 'YYYY-MM-DD"T"HH24:MI:SS') AS miss_missing_episode_start_date, to_char(miss_missing_episode_end_date::timestamp, 'YYYY-MM-DD"T"HH24:MI:SS') AS miss_missing_episode_end_date, miss_missing_rhi_offered, miss_missing_rhi_accepted FROM ssd_missing) TO 'ssd_missing.csv' WITH (FORMAT csv, HEADER, ENCODING 'UTF8')
\else
\warn There is no table ssd_missing: it is left out.
\endif

SELECT to_regclass('ssd_care_leavers') IS NOT NULL AS is_there \gset
\if :is_there
\copy (SELECT clea_table_id, clea_person_id, clea_care_leaver_eligibility, clea_care_leaver_in_touch, to_char(clea_care_leaver_latest_contact::timestamp, 'YYYY-MM-DD') AS clea_care_leaver_latest_contact, to_char(clea_pathway_plan_review_date::timestamp, 'YYYY-MM-DD') AS clea_pathway_plan_review_date, clea_care_leaver_allocated_team, clea_care_leaver_worker_id FROM ssd_care_leavers) TO 'ssd_care_leavers.csv' WITH (FORMAT csv, HEADER, ENCODING 'UTF8')
\else
\warn There is no table ssd_care_leavers: it is left out.
\endif

SELECT to_regclass('ssd_permanence') IS NOT NULL AS is_there \gset
\if :is_there
\copy (SELECT perm_table_id, perm_person_id, perm_cla_id, to_char(perm_placed_for_adoption_date::timestamp, 'YYYY-MM-DD') AS perm_placed_for_adoption_date, to_char(perm_permanence_order_date::timestamp, 'YYYY-MM-DD') AS perm_permanence_order_date FROM ssd_permanence) TO 'ssd_permanence.csv' WITH (FORMAT csv, HEADER, ENCODING 'UTF8')
\else
\warn There is no table ssd_permanence: it is left out.
\endif

SELECT to_regclass('ssd_family') IS NOT NULL AS is_there \gset
\if :is_there
\copy (SELECT fami_table_id, fami_family_id, fami_person_id FROM ssd_family) TO 'ssd_family.csv' WITH (FORMAT csv, HEADER, ENCODING 'UTF8')
\else
\warn There is no table ssd_family: it is left out.
\endif

COMMIT;
