-- Made by scripts/ssd-export.sh from columns.csv: change that file, not this one.
-- Lets evenkeel_export read these columns and nothing else. Run once, by an administrator of the database.
GRANT SELECT ON $(Schema).ssd_person (pers_person_id, pers_dob, pers_expected_dob, pers_death_date) TO evenkeel_export;
GRANT SELECT ON $(Schema).ssd_department (dept_team_id, dept_team_name, dept_team_parent_id) TO evenkeel_export;
GRANT SELECT ON $(Schema).ssd_professionals (prof_professional_id, prof_staff_id, prof_professional_name, prof_social_worker_registration_no, prof_professional_job_title, prof_professional_department, prof_full_time_equivalency) TO evenkeel_export;
GRANT SELECT ON $(Schema).ssd_involvements (invo_involvements_id, invo_professional_id, invo_professional_role_id, invo_professional_team, invo_person_id, invo_involvement_start_date, invo_involvement_end_date, invo_worker_change_reason, invo_referral_id) TO evenkeel_export;
GRANT SELECT ON $(Schema).ssd_contacts (cont_contact_id, cont_person_id, cont_contact_date, cont_contact_source_code) TO evenkeel_export;
GRANT SELECT ON $(Schema).ssd_cin_episodes (cine_referral_id, cine_person_id, cine_referral_date, cine_referral_source_code, cine_referral_nfa, cine_close_date, cine_referral_team, cine_referral_worker_id, cine_referral_outcome_json) TO evenkeel_export;
GRANT SELECT ON $(Schema).ssd_cin_assessments (cina_assessment_id, cina_person_id, cina_referral_id, cina_assessment_start_date, cina_assessment_child_seen, cina_assessment_auth_date, cina_assessment_team, cina_assessment_worker_id) TO evenkeel_export;
GRANT SELECT ON $(Schema).ssd_s47_enquiry (s47e_s47_enquiry_id, s47e_referral_id, s47e_person_id, s47e_s47_start_date, s47e_s47_end_date, s47e_s47_nfa) TO evenkeel_export;
GRANT SELECT ON $(Schema).ssd_initial_cp_conference (icpc_icpc_id, icpc_s47_enquiry_id, icpc_person_id, icpc_cp_plan_id, icpc_icpc_transfer_in, icpc_icpc_target_date, icpc_icpc_date, icpc_icpc_outcome_cp_flag) TO evenkeel_export;
GRANT SELECT ON $(Schema).ssd_cin_plans (cinp_cin_plan_id, cinp_referral_id, cinp_person_id, cinp_cin_plan_start_date, cinp_cin_plan_end_date, cinp_cin_plan_team, cinp_cin_plan_worker_id) TO evenkeel_export;
GRANT SELECT ON $(Schema).ssd_cin_visits (cinv_cin_visit_id, cinv_person_id, cinv_cin_visit_date, cinv_cin_visit_seen, cinv_cin_visit_seen_alone) TO evenkeel_export;
GRANT SELECT ON $(Schema).ssd_cp_plans (cppl_cp_plan_id, cppl_referral_id, cppl_icpc_id, cppl_person_id, cppl_cp_plan_start_date, cppl_cp_plan_end_date, cppl_cp_plan_ola) TO evenkeel_export;
GRANT SELECT ON $(Schema).ssd_cp_visits (cppv_cp_visit_id, cppv_person_id, cppv_cp_plan_id, cppv_cp_visit_date, cppv_cp_visit_seen, cppv_cp_visit_seen_alone) TO evenkeel_export;
GRANT SELECT ON $(Schema).ssd_cp_reviews (cppr_cp_review_id, cppr_person_id, cppr_cp_plan_id, cppr_cp_review_due, cppr_cp_review_date, cppr_cp_review_meeting_id, cppr_cp_review_outcome_continue_cp) TO evenkeel_export;
GRANT SELECT ON $(Schema).ssd_cla_episodes (clae_cla_episode_id, clae_person_id, clae_cla_placement_id, clae_cla_episode_start_date, clae_cla_episode_start_reason, clae_cla_episode_ceased_date, clae_cla_episode_ceased_reason, clae_cla_id, clae_referral_id, clae_cla_last_iro_contact_date, clae_entered_care_date) TO evenkeel_export;
GRANT SELECT ON $(Schema).ssd_cla_placement (clap_cla_placement_id, clap_cla_id, clap_person_id, clap_cla_placement_start_date, clap_cla_placement_type, clap_cla_placement_distance, clap_cla_placement_end_date, clap_cla_placement_change_reason) TO evenkeel_export;
GRANT SELECT ON $(Schema).ssd_cla_reviews (clar_cla_review_id, clar_cla_id, clar_cla_review_due_date, clar_cla_review_date, clar_cla_review_cancelled) TO evenkeel_export;
GRANT SELECT ON $(Schema).ssd_cla_visits (clav_cla_visit_id, clav_cla_id, clav_person_id, clav_cla_visit_date, clav_cla_visit_seen, clav_cla_visit_seen_alone) TO evenkeel_export;
GRANT SELECT ON $(Schema).ssd_cla_health (clah_health_check_id, clah_person_id, clah_health_check_type, clah_health_check_date, clah_health_check_status) TO evenkeel_export;
GRANT SELECT ON $(Schema).ssd_legal_status (lega_legal_status_id, lega_person_id, lega_legal_status, lega_legal_status_start_date, lega_legal_status_end_date) TO evenkeel_export;
GRANT SELECT ON $(Schema).ssd_missing (miss_table_id, miss_person_id, miss_missing_episode_start_date, miss_missing_episode_end_date, miss_missing_rhi_offered, miss_missing_rhi_accepted) TO evenkeel_export;
GRANT SELECT ON $(Schema).ssd_care_leavers (clea_table_id, clea_person_id, clea_care_leaver_eligibility, clea_care_leaver_in_touch, clea_care_leaver_latest_contact, clea_pathway_plan_review_date, clea_care_leaver_allocated_team, clea_care_leaver_worker_id) TO evenkeel_export;
GRANT SELECT ON $(Schema).ssd_permanence (perm_table_id, perm_person_id, perm_cla_id, perm_placed_for_adoption_date, perm_permanence_order_date) TO evenkeel_export;
GRANT SELECT ON $(Schema).ssd_family (fami_table_id, fami_family_id, fami_person_id) TO evenkeel_export;
