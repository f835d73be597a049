"""Splits: nobody on two sides, everybody somewhere, and the leak where it is meant to be."""

import numpy as np
import pytest
from sklearn.model_selection import LeaveOneGroupOut

from gaitnb import splits
from gaitnb.errors import ParameterError

SUBJECT = np.random.default_rng(0).permutation(
    np.repeat([f"subject {i:02d}" for i in range(20)], np.arange(1, 21))
)
GROUP = np.where(SUBJECT < "subject 05", "knee", "healthy")


def test_leave_one_out_equals_scikit_learn():
    ours = splits.leave_one_person_out(SUBJECT)
    theirs = list(LeaveOneGroupOut().split(SUBJECT, groups=SUBJECT))
    assert len(ours) == 20
    for (train, test), (their_train, their_test) in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(train, their_train)
        np.testing.assert_array_equal(test, their_test)


@pytest.mark.parametrize("group", [None, GROUP])
def test_folds_test_every_row_once_and_split_no_person(group):
    folds = splits.person_folds(SUBJECT, 5, seed=1, group=group)
    np.testing.assert_array_equal(
        np.sort(np.concatenate([test for _, test in folds])), np.arange(len(SUBJECT))
    )
    for train, test in folds:
        assert not set(SUBJECT[train]) & set(SUBJECT[test])
        assert len(np.unique(SUBJECT[test])) == 4
        if group is not None:
            assert len(np.unique(SUBJECT[test][GROUP[test] == "knee"])) == 1


def test_hold_out_has_the_asked_numbers_of_people_in_every_group():
    parts = splits.hold_out_people(SUBJECT, (0.6, 0.2, 0.2), seed=2, group=GROUP)
    assert sum(map(len, parts)) == len(SUBJECT)
    assert [len(np.unique(SUBJECT[part])) for part in parts] == [12, 4, 4]
    knee = [len(np.unique(SUBJECT[part][GROUP[part] == "knee"])) for part in parts]
    assert knee == [3, 1, 1]


def test_hold_out_within_takes_people_from_the_given_rows_only():
    train, test = splits.leave_one_person_out(SUBJECT)[3]
    fit, validation = splits.hold_out_people(SUBJECT, (0.8, 0.2), seed=0, within=train)
    np.testing.assert_array_equal(np.sort(np.concatenate([fit, validation])), train)
    splits.check_people_apart(SUBJECT, fit, validation, test)


def test_same_seed_same_split_other_seed_other_split():
    first = splits.hold_out_people(SUBJECT, seed=3)
    for a, b in zip(first, splits.hold_out_people(SUBJECT, seed=3), strict=True):
        np.testing.assert_array_equal(a, b)
    assert not np.array_equal(first[0], splits.hold_out_people(SUBJECT, seed=4)[0])
    generator = np.random.default_rng(3)
    np.testing.assert_array_equal(first[0], splits.hold_out_people(SUBJECT, seed=generator)[0])


def test_splits_by_trial_do_leak():
    train, _, test = splits.hold_out_trials(SUBJECT, seed=0)
    with pytest.raises(ParameterError, match="must stay together"):
        splits.check_people_apart(SUBJECT, train, test)
    tested = np.concatenate([test for _, test in splits.trial_folds(SUBJECT, 4)])
    np.testing.assert_array_equal(np.sort(tested), np.arange(len(SUBJECT)))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: splits.leave_one_person_out(["a", "a"]), "at least 2 people, found 1"),
        (lambda: splits.leave_one_person_out(["a", ""]), "row 1 has no person"),
        (lambda: splits.person_folds(["a", "b"], 3), "n_folds must be 2..2"),
        (
            lambda: splits.person_folds(["a", "a", "b"], 2, group=[0, 1, 0]),
            "^'a' is in several groups: 0, 1",
        ),
        (lambda: splits.hold_out_people(["a", "b"], (0.5, 0.4)), "add up to 1"),
        (lambda: splits.hold_out_people(["a", "b"], (0.5, 0.3, 0.2)), "too few"),
        (lambda: splits.person_folds(["a", "b"], 2, group=[0]), "one entry per row"),
    ],
)
def test_impossible_splits_say_why(call, message):
    with pytest.raises(ParameterError, match=message):
        call()
