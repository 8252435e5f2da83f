using Hierarchy.Domain.Reports;

namespace Hierarchy.Storage.Reports;

/// <summary>One status within a block; computer, incarnation, user and update follow from the place.</summary>
internal struct StatusEntry
{
    public UpdateState State;
    public HoldReason Hold;
    public int Revision;
    public int ResultCode;
    public long Counter;

    /// <summary>Since 1970, UTC.</summary>
    public long Milliseconds;

    /// <summary>It may have changed since a parent took the block.</summary>
    public bool IsUnsent;

    /// <summary>The status as it is kept.</summary>
    public static StatusEntry Of(StatusReport status) => new()
    {
        State = status.State,
        Hold = status.Hold,
        Revision = status.RevisionNumber,
        ResultCode = status.ResultCode,
        Counter = status.Counter,
        Milliseconds = status.Time.ToUnixTimeMilliseconds(),
        IsUnsent = true,
    };

    /// <summary>The status as it was.</summary>
    public readonly StatusReport ToReport(string computerId, long incarnation, Guid updateId, string user) =>
        new(computerId, incarnation, Counter, updateId, Revision, State, ResultCode, DateTimeOffset.FromUnixTimeMilliseconds(Milliseconds), user, Hold);

    /// <summary>True when it was said after the other. The revision breaks a tie within one report, so that the order of merging never matters.</summary>
    public readonly bool IsNewerThan(in StatusEntry other) => Counter != other.Counter ? Counter > other.Counter : Revision > other.Revision;
}
