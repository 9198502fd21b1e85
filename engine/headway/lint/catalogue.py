"""The list of all rules, in the order they are shown."""

from __future__ import annotations

import inspect

from headway.config.policy import Policy
from headway.errors import ConfigError, UsageError
from headway.lint.rule import Rule
from headway.lint.rules.cfg.database_unknown import DatabaseUnknown
from headway.lint.rules.cfg.other_server_version import OtherServerVersion
from headway.lint.rules.cfg.percent_in_ini_url import PercentInIniUrl
from headway.lint.rules.cfg.policy_changed import PolicyChanged
from headway.lint.rules.cfg.sqlalchemy_url_secret import SqlalchemyUrlSecret
from headway.lint.rules.cmp.default_removed import DefaultRemoved
from headway.lint.rules.cmp.new_required_column import NewRequiredColumn
from headway.lint.rules.cmp.phase_mixed import PhaseMixed
from headway.lint.rules.cmp.rename_column import RenameColumn
from headway.lint.rules.cmp.rename_table import RenameTable
from headway.lint.rules.dat.cast_may_fail import CastMayFail
from headway.lint.rules.dat.check_violations import CheckViolations
from headway.lint.rules.dat.enum_label_not_added import EnumLabelNotAdded
from headway.lint.rules.dat.fk_orphans import FkOrphans
from headway.lint.rules.dat.not_null_on_existing import NotNullOnExisting
from headway.lint.rules.dat.python_default import PythonDefault
from headway.lint.rules.dat.unique_on_existing import UniqueOnExisting
from headway.lint.rules.dml.dml_with_ddl import DmlWithDdl
from headway.lint.rules.dml.identity_comparison import IdentityComparison
from headway.lint.rules.dml.orm_session import OrmSession
from headway.lint.rules.dml.sequence_not_advanced import SequenceNotAdvanced
from headway.lint.rules.dml.unbatched_update import UnbatchedUpdate
from headway.lint.rules.drf.baseline_expired import BaselineExpired
from headway.lint.rules.dsn.fk_without_index import FkWithoutIndex
from headway.lint.rules.dsn.no_primary_key import NoPrimaryKey
from headway.lint.rules.dsn.reserved_or_mixed_case import ReservedOrMixedCase
from headway.lint.rules.dst.cascade import Cascade
from headway.lint.rules.dst.drop_column import DropColumn
from headway.lint.rules.dst.drop_constraint import DropConstraint
from headway.lint.rules.dst.drop_table import DropTable
from headway.lint.rules.dst.enum_value_removed import EnumValueRemoved
from headway.lint.rules.dst.modify_drops_attributes import ModifyDropsAttributes
from headway.lint.rules.dst.narrowing_type import NarrowingType
from headway.lint.rules.dst.truncate_or_delete_all import TruncateOrDeleteAll
from headway.lint.rules.dwn.downgrade_not_null import DowngradeNotNull
from headway.lint.rules.dwn.downgrade_order import DowngradeOrder
from headway.lint.rules.dwn.enum_type_left import EnumTypeLeft
from headway.lint.rules.dwn.missing_downgrade import MissingDowngrade
from headway.lint.rules.dwn.not_inverse import NotInverse
from headway.lint.rules.dwn.trace_left import TraceLeft
from headway.lint.rules.his.released_body_changed import ReleasedBodyChanged
from headway.lint.rules.his.released_revision_deleted import ReleasedRevisionDeleted
from headway.lint.rules.his.released_revision_id_changed import ReleasedRevisionIdChanged
from headway.lint.rules.his.released_revision_repointed import ReleasedRevisionRepointed
from headway.lint.rules.his.released_text_only_change import ReleasedTextOnlyChange
from headway.lint.rules.his.replaces_what_it_is_not import ReplacesWhatItIsNot
from headway.lint.rules.his.squash_not_proved import SquashNotProved
from headway.lint.rules.lck.alter_unsupported import AlterUnsupported
from headway.lint.rules.lck.batch_separator import BatchSeparator
from headway.lint.rules.lck.blocks_writes import BlocksWrites
from headway.lint.rules.lck.charset_engine_partition import CharsetEnginePartition
from headway.lint.rules.lck.check_validated import CheckValidated
from headway.lint.rules.lck.cluster_vacuum_full_reindex import ClusterVacuumFullReindex
from headway.lint.rules.lck.concurrent_in_transaction import ConcurrentInTransaction
from headway.lint.rules.lck.drop_column_with_default import DropColumnWithDefault
from headway.lint.rules.lck.drop_index_not_concurrent import DropIndexNotConcurrent
from headway.lint.rules.lck.enum_set_change import EnumSetChange
from headway.lint.rules.lck.exclude_constraint import ExcludeConstraint
from headway.lint.rules.lck.fk_validated import FkValidated
from headway.lint.rules.lck.fk_with_checks_on import FkWithChecksOn
from headway.lint.rules.lck.identifier_length import IdentifierLength
from headway.lint.rules.lck.implicit_commit import ImplicitCommit
from headway.lint.rules.lck.index_not_concurrent import IndexNotConcurrent
from headway.lint.rules.lck.index_of_foreign_key import IndexOfForeignKey
from headway.lint.rules.lck.legacy_transaction import LegacyTransaction
from headway.lint.rules.lck.no_lock_timeout import NoLockTimeout
from headway.lint.rules.lck.non_constant_default import NonConstantDefault
from headway.lint.rules.lck.not_valid_and_validate_together import NotValidAndValidateTogether
from headway.lint.rules.lck.primary_key_builds_index import PrimaryKeyBuildsIndex
from headway.lint.rules.lck.primary_key_change import PrimaryKeyChange
from headway.lint.rules.lck.set_not_null_scan import SetNotNullScan
from headway.lint.rules.lck.statement_after_access_exclusive import StatementAfterAccessExclusive
from headway.lint.rules.lck.stored_generated_autoinc import StoredGeneratedAutoinc
from headway.lint.rules.lck.stored_generated_or_identity import StoredGeneratedOrIdentity
from headway.lint.rules.lck.table_copy import TableCopy
from headway.lint.rules.lck.trigger_on_hot_table import TriggerOnHotTable
from headway.lint.rules.lck.type_rewrite import TypeRewrite
from headway.lint.rules.lck.unique_constraint_builds_index import UniqueConstraintBuildsIndex
from headway.lint.rules.lck.volatile_default import VolatileDefault
from headway.lint.rules.mod.app_import import AppImport
from headway.lint.rules.mod.column_type_refused import ColumnTypeRefused
from headway.lint.rules.mod.directive_call import DirectiveCall
from headway.lint.rules.mod.docstring_disagrees import DocstringDisagrees
from headway.lint.rules.mod.drop_constraint_without_type import DropConstraintWithoutType
from headway.lint.rules.mod.empty_upgrade import EmptyUpgrade
from headway.lint.rules.mod.get_bind_fetch_offline import GetBindFetchOffline
from headway.lint.rules.mod.inspector_branching import InspectorBranching
from headway.lint.rules.mod.module_level_side_effect import ModuleLevelSideEffect
from headway.lint.rules.mod.plain_string_execute import PlainStringExecute
from headway.lint.rules.mod.raw_commit import RawCommit
from headway.lint.rules.mod.string_built_sql import StringBuiltSql
from headway.lint.rules.mod.suppress_without_reason import SuppressWithoutReason
from headway.lint.rules.mod.swallowed_exception import SwallowedException
from headway.lint.rules.mod.unnamed_constraint import UnnamedConstraint
from headway.lint.rules.mod.unused_suppress import UnusedSuppress
from headway.lint.rules.rev.conflicts_with_base import ConflictsWithBase
from headway.lint.rules.rev.cycle import Cycle
from headway.lint.rules.rev.dangling_down_revision import DanglingDownRevision
from headway.lint.rules.rev.duplicate_branch_label import DuplicateBranchLabel
from headway.lint.rules.rev.duplicate_revision_id import DuplicateRevisionId
from headway.lint.rules.rev.filename_id_drift import FilenameIdDrift
from headway.lint.rules.rev.label_is_none_text import LabelIsNoneText
from headway.lint.rules.rev.merge_with_operations import MergeWithOperations
from headway.lint.rules.rev.multiple_heads import MultipleHeads
from headway.lint.rules.rev.nothing_examined import NothingExamined
from headway.lint.rules.rev.partial_id_ambiguous import PartialIdAmbiguous
from headway.lint.rules.rev.redundant_merge import RedundantMerge
from headway.lint.rules.rev.several_bases import SeveralBases
from headway.lint.rules.rev.several_heads_after_merge import SeveralHeadsAfterMerge
from headway.lint.rules.rev.unexpected_head import UnexpectedHead
from headway.lint.rules.rev.unreachable_file import UnreachableFile
from headway.lint.rules.rev.unreadable_file import UnreadableFile
from headway.lint.rules.rev.wrong_replaces import WrongReplaces
from headway.lint.rules.sec.secret_in_migration import SecretInMigration
from headway.lint.rules.sec.security_definer_search_path import SecurityDefinerSearchPath
from headway.lint.rules.txn.autocommit_splits_revision import AutocommitSplitsRevision
from headway.lint.rules.txn.enum_value_used_same_transaction import EnumValueUsedSameTransaction
from headway.lint.rules.txn.non_transactional_multi import NonTransactionalMulti
from headway.lint.rules.txn.not_re_runnable import NotReRunnable

RULES: tuple[type[Rule], ...] = (
    PolicyChanged,
    DatabaseUnknown,
    OtherServerVersion,
    MultipleHeads,
    DuplicateRevisionId,
    DanglingDownRevision,
    Cycle,
    NothingExamined,
    UnreadableFile,
    UnreachableFile,
    WrongReplaces,
    SeveralHeadsAfterMerge,
    ConflictsWithBase,
    ReleasedRevisionRepointed,
    ReleasedRevisionDeleted,
    ReleasedRevisionIdChanged,
    ReleasedBodyChanged,
    ReleasedTextOnlyChange,
    SquashNotProved,
    ReplacesWhatItIsNot,
    AppImport,
    DropTable,
    DropColumn,
    NewRequiredColumn,
    NotNullOnExisting,
    IndexNotConcurrent,
    DropIndexNotConcurrent,
    ConcurrentInTransaction,
    UniqueConstraintBuildsIndex,
    PrimaryKeyBuildsIndex,
    ExcludeConstraint,
    FkValidated,
    CheckValidated,
    NotValidAndValidateTogether,
    SetNotNullScan,
    TypeRewrite,
    VolatileDefault,
    StoredGeneratedOrIdentity,
    TriggerOnHotTable,
    ClusterVacuumFullReindex,
    StatementAfterAccessExclusive,
    NoLockTimeout,
    UniqueOnExisting,
    CheckViolations,
    FkOrphans,
    TruncateOrDeleteAll,
    Cascade,
    NarrowingType,
    EnumValueRemoved,
    DropConstraint,
    ModifyDropsAttributes,
    RenameTable,
    RenameColumn,
    DefaultRemoved,
    PhaseMixed,
    DmlWithDdl,
    UnbatchedUpdate,
    RawCommit,
    UnnamedConstraint,
    EnumValueUsedSameTransaction,
    AutocommitSplitsRevision,
    CastMayFail,
    EnumLabelNotAdded,
    PythonDefault,
    MissingDowngrade,
    DowngradeOrder,
    NotInverse,
    DowngradeNotNull,
    TraceLeft,
    BaselineExpired,
    SqlalchemyUrlSecret,
    PercentInIniUrl,
    OrmSession,
    SequenceNotAdvanced,
    IdentityComparison,
    NoPrimaryKey,
    FkWithoutIndex,
    ReservedOrMixedCase,
    EnumTypeLeft,
    AlterUnsupported,
    NonConstantDefault,
    LegacyTransaction,
    DropColumnWithDefault,
    BatchSeparator,
    ImplicitCommit,
    IdentifierLength,
    SecurityDefinerSearchPath,
    SecretInMigration,
    NotReRunnable,
    TableCopy,
    BlocksWrites,
    EnumSetChange,
    FkWithChecksOn,
    PrimaryKeyChange,
    CharsetEnginePartition,
    StoredGeneratedAutoinc,
    IndexOfForeignKey,
    NonTransactionalMulti,
    SuppressWithoutReason,
    UnusedSuppress,
    UnexpectedHead,
    FilenameIdDrift,
    PartialIdAmbiguous,
    MergeWithOperations,
    RedundantMerge,
    LabelIsNoneText,
    SeveralBases,
    DuplicateBranchLabel,
    ModuleLevelSideEffect,
    SwallowedException,
    InspectorBranching,
    GetBindFetchOffline,
    EmptyUpgrade,
    StringBuiltSql,
    DocstringDisagrees,
    DropConstraintWithoutType,
    PlainStringExecute,
    DirectiveCall,
    ColumnTypeRefused,
)


def rule(code_or_name: str) -> type[Rule]:
    """The rule with this code or name. Raises UsageError when there is none."""
    for candidate in RULES:
        if code_or_name.upper() == candidate.code or code_or_name.lower() == candidate.name:
            return candidate
    raise UsageError(f"there is no rule '{code_or_name}'", hint="'headway rules' lists them.")


def check_policy(policy: Policy) -> None:
    """Raises ConfigError for a code in the policy that no rule has: a typing error there would switch nothing off."""
    known = {candidate.code for candidate in RULES}
    named = {*policy.severities, *(ignore.code for ignore in policy.ignores)}
    if unknown := sorted(named - known):
        raise ConfigError(
            f"the policy names rules that do not exist: {', '.join(unknown)}",
            path=policy.path,
            hint="'headway rules' lists them.",
        )


def documentation(rule: type[Rule]) -> str:
    """The rule's documentation as Markdown."""
    return inspect.cleandoc(rule.__doc__ or "")


def summary(rule: type[Rule]) -> str:
    """The first line of the documentation."""
    return documentation(rule).partition("\n")[0]


def select(codes: tuple[str, ...], ignored: tuple[str, ...]) -> tuple[type[Rule], ...]:
    """The rules whose code starts with one of ``codes`` (all when empty) and with none of ``ignored``.

    Raises UsageError for a code or prefix that fits no rule.
    """
    for code in (*codes, *ignored):
        if not any(candidate.code.startswith(code.upper()) for candidate in RULES):
            raise UsageError(f"no rule's code starts with '{code}'", hint="'headway rules' lists them.")
    wanted = tuple(code.upper() for code in codes) or ("",)
    unwanted = tuple(code.upper() for code in ignored)
    return tuple(r for r in RULES if r.code.startswith(wanted) and not (unwanted and r.code.startswith(unwanted)))
