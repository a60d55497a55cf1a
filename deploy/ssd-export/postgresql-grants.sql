-- Made by scripts/ssd-export.sh from columns.csv: change that file, not this one.
-- Lets evenkeel_export read these columns and nothing else. Run once, by an administrator of the database.
GRANT SELECT (pers_person_id, pers_dob, pers_expected_dob, pers_death_date) ON ssd_person TO evenkeel_export;
GRANT SELECT (dept_team_id, dept_team_name, dept_team_parent_id) ON ssd_department TO evenkeel_export;
GRANT SELECT (prof_professional_id, prof_staff_id, prof_professional_name, prof_social_worker_registration_no, prof_professional_job_title, prof_professional_department, prof_full_time_equivalency) ON ssd_professionals TO evenkeel_export;
GRANT SELECT (invo_involvements_id, invo_professional_id, invo_professional_role_id, invo_professional_team, invo_person_id, invo_involvement_start_date, invo_involvement_end_date, invo_worker_change_reason, invo_referral_id) ON ssd_involvements TO evenkeel_export;
GRANT SELECT (cont_contact_id, cont_person_id, cont_contact_date, cont_contact_source_code) ON ssd_contacts TO evenkeel_export;
GRANT SELECT (cine_referral_id, cine_person_id, cine_referral_date, cine_referral_source_code, cine_referral_nfa, cine_close_date, cine_referral_team, cine_referral_worker_id, cine_referral_outcome_json) ON ssd_cin_episodes TO evenkeel_export;
GRANT SELECT (cina_assessment_id, cina_person_id, cina_referral_id, cina_assessment_start_date, cina_assessment_child_seen, cina_assessment_auth_date, cina_assessment_team, cina_assessment_worker_id) ON ssd_cin_assessments TO evenkeel_export;
GRANT SELECT (s47e_s47_enquiry_id, s47e_referral_id, s47e_person_id, s47e_s47_start_date, s47e_s47_end_date, s47e_s47_nfa) ON ssd_s47_enquiry TO evenkeel_export;
GRANT SELECT (icpc_icpc_id, icpc_s47_enquiry_id, icpc_person_id, icpc_cp_plan_id, icpc_icpc_transfer_in, icpc_icpc_target_date, icpc_icpc_date, icpc_icpc_outcome_cp_flag) ON ssd_initial_cp_conference TO evenkeel_export;
GRANT SELECT (cinp_cin_plan_id, cinp_referral_id, cinp_person_id, cinp_cin_plan_start_date, cinp_cin_plan_end_date, cinp_cin_plan_team, cinp_cin_plan_worker_id) ON ssd_cin_plans TO evenkeel_export;
GRANT SELECT (cinv_cin_visit_id, cinv_person_id, cinv_cin_visit_date, cinv_cin_visit_seen, cinv_cin_visit_seen_alone) ON ssd_cin_visits TO evenkeel_export;
GRANT SELECT (cppl_cp_plan_id, cppl_referral_id, cppl_icpc_id, cppl_person_id, cppl_cp_plan_start_date, cppl_cp_plan_end_date, cppl_cp_plan_ola) ON ssd_cp_plans TO evenkeel_export;
GRANT SELECT (cppv_cp_visit_id, cppv_person_id, cppv_cp_plan_id, cppv_cp_visit_date, cppv_cp_visit_seen, cppv_cp_visit_seen_alone) ON ssd_cp_visits TO evenkeel_export;
GRANT SELECT (cppr_cp_review_id, cppr_person_id, cppr_cp_plan_id, cppr_cp_review_due, cppr_cp_review_date, cppr_cp_review_meeting_id, cppr_cp_review_outcome_continue_cp) ON ssd_cp_reviews TO evenkeel_export;
GRANT SELECT (clae_cla_episode_id, clae_person_id, clae_cla_placement_id, clae_cla_episode_start_date, clae_cla_episode_start_reason, clae_cla_episode_ceased_date, clae_cla_episode_ceased_reason, clae_cla_id, clae_referral_id, clae_cla_last_iro_contact_date, clae_entered_care_date) ON ssd_cla_episodes TO evenkeel_export;
GRANT SELECT (clap_cla_placement_id, clap_cla_id, clap_person_id, clap_cla_placement_start_date, clap_cla_placement_type, clap_cla_placement_distance, clap_cla_placement_end_date, clap_cla_placement_change_reason) ON ssd_cla_placement TO evenkeel_export;
GRANT SELECT (clar_cla_review_id, clar_cla_id, clar_cla_review_due_date, clar_cla_review_date, clar_cla_review_cancelled) ON ssd_cla_reviews TO evenkeel_export;
GRANT SELECT (clav_cla_visit_id, clav_cla_id, clav_person_id, clav_cla_visit_date, clav_cla_visit_seen, clav_cla_visit_seen_alone) ON ssd_cla_visits TO evenkeel_export;
GRANT SELECT (clah_health_check_id, clah_person_id, clah_health_check_type, clah_health_check_date, clah_health_check_status) ON ssd_cla_health TO evenkeel_export;
GRANT SELECT (lega_legal_status_id, lega_person_id, lega_legal_status, lega_legal_status_start_date, lega_legal_status_end_date) ON ssd_legal_status TO evenkeel_export;
GRANT SELECT (miss_table_id, miss_person_id, miss_missing_episode_start_date, miss_missing_episode_end_date, miss_missing_rhi_offered, miss_missing_rhi_accepted) ON ssd_missing TO evenkeel_export;
GRANT SELECT (clea_table_id, clea_person_id, clea_care_leaver_eligibility, clea_care_leaver_in_touch, clea_care_leaver_latest_contact, clea_pathway_plan_review_date, clea_care_leaver_allocated_team, clea_care_leaver_worker_id) ON ssd_care_leavers TO evenkeel_export;
GRANT SELECT (perm_table_id, perm_person_id, perm_cla_id, perm_placed_for_adoption_date, perm_permanence_order_date) ON ssd_permanence TO evenkeel_export;
GRANT SELECT (fami_table_id, fami_family_id, fami_person_id) ON ssd_family TO evenkeel_export;
