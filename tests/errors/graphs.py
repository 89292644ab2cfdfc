"""Labels, transitions, operators and the shape of a graph."""

from __future__ import annotations

import campaign_nb as cn
from tests.errors.situations import Stage, situation


@situation
def a_campaign_without_a_name(stage: Stage) -> object:
    return cn.Campaign(" ", data=stage.data)


@situation
def a_campaign_without_an_activity(stage: Stage) -> object:
    return stage.campaign().dry_run()


@situation
def an_activity_without_a_label(stage: Stage) -> object:
    spring, people = stage.everybody()
    stage.definition_unchanged(spring)
    return people.filter(stage.customers.age >= 18, "Adults")  # pyright: ignore[reportArgumentType] # refused


@situation
def an_empty_label(stage: Stage) -> object:
    spring, people = stage.everybody()
    stage.definition_unchanged(spring)
    return people.filter("  ", stage.customers.age >= 18)


@situation
def a_label_of_two_lines(stage: Stage) -> object:
    _, people = stage.everybody()
    return people.filter("Adults\nof age", stage.customers.age >= 18)


@situation
def one_label_twice_in_one_cell(stage: Stage) -> object:
    spring = stage.campaign()
    stage.cell("lesson-3")
    people = spring.build_audience("Everybody", stage.customers)
    people.filter("Adults", stage.customers.age >= 18)
    stage.definition_unchanged(spring)
    return people.filter("Adults", stage.customers.age >= 21)


@situation
def the_same_label_from_two_cells(stage: Stage) -> object:
    spring = stage.campaign()
    stage.cell("lesson-3", 4)
    people = spring.build_audience("Everybody", stage.customers)
    people.filter("Adults", stage.customers.age >= 18)
    stage.cell("lesson-4", 5)
    people.filter("Adults", stage.customers.age >= 21)
    return spring.problems


@situation
def a_cell_with_x_from_x_run_twice(stage: Stage) -> object:
    spring, x = stage.everybody()
    for execution in (2, 3):
        stage.cell("lesson-3", execution)
        x = x.filter("Adults", stage.customers.age >= 18)
    return spring.problems


@situation
def a_cycle(stage: Stage) -> object:
    spring, people = stage.everybody()
    adults = people.filter("Adults", stage.customers.age >= 18)
    french = adults.filter("French", stage.customers.country == "FR")
    french.filter("Adults", stage.customers.age >= 21)
    return spring.problems


@situation
def four_faults_of_one_definition_come_together(stage: Stage) -> object:
    spring, people = stage.everybody()
    people.filter("Adults", "agee >= 18")
    people.filter("French", "contry = 'FR'")
    people.split("Offer", A=0.6, B=0.5)
    people.email("Mail", subject="Dear {{ nmae }}", text="Hello")
    stage.definition_unchanged(spring)
    stage.files_unchanged()
    return spring.dry_run()


@situation
def a_misspelt_column_in_an_activity_of_a_cell(stage: Stage) -> object:
    spring, people = stage.everybody()
    stage.cell("3f2a1b9c-77aa-4e01-b0de-9a4f6f1d2c3e", 3)
    people.filter("Adults", "agee >= 18")
    return spring.problems


@situation
def a_misspelt_column_after_a_split(stage: Stage) -> object:
    spring, people = stage.everybody()
    a, _ = people.split("Offer", A=0.5, B=0.5)
    a.filter("Adults", "agee >= 18")
    a.enrich("More", double=cn.col.agge * 2)
    a.email("Mail", subject="Dear {{ zzz }}", text="Hello")
    return spring.problems


@situation
def what_an_activity_reads_is_removed(stage: Stage) -> object:
    spring, people = stage.everybody()
    people.filter("Adults", stage.customers.age >= 18)
    spring.remove("Everybody")
    return spring.problems


@situation
def an_output_that_is_gone(stage: Stage) -> object:
    spring, people = stage.everybody()
    people.split("Offer", A=0.5, B=0.5)["B"].wait("Later", days=1)
    people.split("Offer", A=0.5, C=0.5)
    return spring.problems


@situation
def an_unknown_activity(stage: Stage) -> object:
    return stage.everybody()[0]["Everbody"]


@situation
def an_unknown_activity_is_removed(stage: Stage) -> object:
    spring, _ = stage.everybody()
    stage.definition_unchanged(spring)
    return spring.remove("Everybody", "Adults")


@situation
def an_unknown_output(stage: Stage) -> object:
    _, people = stage.everybody()
    return people.split("Offer", Alpha=0.5, Beta=0.5).Aplha


@situation
def a_verb_on_several_outputs(stage: Stage) -> object:
    _, people = stage.everybody()
    return people.split("Offer", A=0.5, B=0.5).email("Mail", subject="…", text="…")


@situation
def several_outputs_where_one_is_expected(stage: Stage) -> object:
    spring, people = stage.everybody()
    return spring.combine("Both", people, people.split("Offer", A=0.5, B=0.5))  # pyright: ignore[reportArgumentType] # refused


@situation
def transitions_joined_by_and(stage: Stage) -> object:
    spring, people = stage.everybody()
    return people and spring.build_audience("French", stage.customers.country == "FR")


@situation
def a_rule_where_a_transition_is_expected(stage: Stage) -> object:
    _, people = stage.everybody()
    return people & (stage.customers.age >= 18)


@situation
def a_transition_where_a_rule_is_expected(stage: Stage) -> object:
    _, people = stage.everybody()
    return people.filter("Twice", people)


@situation
def a_transition_of_another_campaign(stage: Stage) -> object:
    _, people = stage.everybody()
    other = stage.campaign("Autumn")
    own = other.build_audience("All", stage.customers)
    stage.definition_unchanged(other)
    return other.combine("Both", own, people)


@situation
def a_transition_of_the_campaign_before_it_was_made_anew(stage: Stage) -> object:
    _, people = stage.everybody()
    spring, again = stage.everybody()
    return spring.combine("Both", again, people)


@situation
def a_table_of_another_data_model(stage: Stage) -> object:
    return cn.Campaign("Spring", data=cn.DataModel("other")).build_audience("Everybody", stage.customers)


@situation
def a_combination_of_one(stage: Stage) -> object:
    spring, people = stage.everybody()
    spring.combine("Both", people)
    return spring.problems


@situation
def a_combination_of_two_kinds_of_rows(stage: Stage) -> object:
    spring, people = stage.everybody()
    spring.combine("Both", people, spring.build_audience("Orders", stage.orders))
    return spring.problems


@situation
def a_primary_that_is_none_of_the_inputs(stage: Stage) -> object:
    spring, people = stage.everybody()
    a, b = people.split("Offer", A=0.5, B=0.5)
    return spring.combine("Both", a, b, primary=people)


@situation
def a_complement_where_there_is_none(stage: Stage) -> object:
    _, people = stage.everybody()
    return people.wait("Later", days=1).complement


@situation
def people_who_opened_what_is_no_message(stage: Stage) -> object:
    _, people = stage.everybody()
    return people.opened


@situation
def people_who_opened_a_message_that_is_gone(stage: Stage) -> object:
    spring, people = stage.everybody()
    mail = people.email("Offer", subject="…", text="…")
    people.filter("Readers", mail.opened)
    spring.remove("Offer")
    return spring.problems


@situation
def a_size_that_was_not_counted(stage: Stage) -> object:
    _, people = stage.everybody()
    return int(people.size)


@situation
def an_activity_copied_where_its_label_is_taken(stage: Stage) -> object:
    spring, _ = stage.everybody()
    other = stage.campaign("Autumn")
    other.build_audience("Everybody", stage.customers)
    stage.definition_unchanged(other)
    return spring.copy("Everybody", to=other)


@situation
def nothing_to_undo(stage: Stage) -> object:
    return stage.campaign().undo()


@situation
def something_else_than_an_activity(stage: Stage) -> object:
    spring, _ = stage.everybody()
    stage.definition_unchanged(spring)
    return spring.add("Adults", 3)  # pyright: ignore[reportArgumentType] # refused
