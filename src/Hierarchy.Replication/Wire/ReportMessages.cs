using Google.Protobuf.WellKnownTypes;
using Hierarchy.Domain;
using Hierarchy.Domain.Groups;
using Client = Hierarchy.Protocol.Client.V1;
using ChildOutbox = Hierarchy.Domain.Reports.ChildOutbox;
using HoldReason = Hierarchy.Domain.Reports.HoldReason;
using ComputerReport = Hierarchy.Domain.Reports.ComputerReport;
using OutboxPage = Hierarchy.Domain.Reports.OutboxPage;
using StateCounts = Hierarchy.Domain.Reports.StateCounts;
using StatusReport = Hierarchy.Domain.Reports.StatusReport;
using UpdateState = Hierarchy.Domain.Reports.UpdateState;

namespace Hierarchy.Replication.Wire;

/// <summary>Reports between the contract and the domain.</summary>
public static class ReportMessages
{
    private const int MaxText = 1024;
    private const int MaxGroups = 256;
    private const long MaxOffsetSeconds = 14 * 3600;

    /// <summary>Reasons of later versions lie below this too.</summary>
    public const int MaxHold = 1023;

    /// <summary>The longest name of a user.</summary>
    public const int MaxUser = 256;

    /// <summary>A page of an outbox, to the contract.</summary>
    /// <param name="page">What is sent.</param>
    /// <param name="chapterOf">In which chapter a number was given.</param>
    public static Protocol.Rollup.V1.ReportBatch ToProto(OutboxPage page, Func<long, Guid> chapterOf)
    {
        var batch = new Protocol.Rollup.V1.ReportBatch { Through = page.Through };
        if (chapterOf(page.Through) is var chapter && chapter != Guid.Empty) batch.Chapter = Positions.Id(chapter);
        batch.Computers.Add(page.Computers.Select(ToProto));
        batch.Statuses.Add(page.Statuses.Select(ToProto));
        return batch;
    }

    /// <summary>How far a child's outbox is taken with a batch of it.</summary>
    public static ChildOutbox ToDomain(Protocol.Rollup.V1.ReportBatch batch, string serverId, Guid incarnation) =>
        new(serverId, incarnation, batch.Through, Chapter: batch.Chapter.IsEmpty ? Guid.Empty : Positions.Id(batch.Chapter, "chapter"));

    /// <summary>To the contract.</summary>
    public static Protocol.Rollup.V1.ComputerReport ToProto(ComputerReport report)
    {
        var message = new Protocol.Rollup.V1.ComputerReport
        {
            ComputerId = report.ComputerId,
            Incarnation = report.Incarnation,
            Counter = report.Counter,
            Name = report.Name,
            Address = report.Address,
            OperatingSystem = report.OperatingSystem,
            ServerId = report.ServerId,
            ReportedAt = Timestamp.FromDateTimeOffset(report.ReportedAt),
            OsVersion = report.OsVersion,
            Manufacturer = report.Manufacturer,
            Model = report.Model,
            UtcOffset = report.UtcOffset?.ToDuration(),
            Office = OfficeMessages.ToProto(report.Office),
        };
        message.Groups.Add(report.Groups);
        return message;
    }

    /// <summary>To the contract.</summary>
    public static Protocol.Rollup.V1.StatusReport ToProto(StatusReport report) => new()
    {
        ComputerId = report.ComputerId,
        Incarnation = report.Incarnation,
        Counter = report.Counter,
        UpdateId = Positions.Id(report.UpdateId),
        RevisionNumber = report.RevisionNumber,
        State = (Client.UpdateState)report.State,
        ResultCode = report.ResultCode,
        Time = Timestamp.FromDateTimeOffset(report.Time),
        User = report.User,
        Hold = (Client.HoldReason)report.Hold,
    };

    /// <summary>From the contract.</summary>
    /// <exception cref="IntegrityException">It names no computer, or a text is longer than any honest one.</exception>
    public static ComputerReport ToDomain(Protocol.Rollup.V1.ComputerReport message)
    {
        Check(message.ComputerId.Length is > 0 and <= 128, "a computer's id has 1 to 128 characters");
        Check(message.Name.Length <= MaxText && message.Address.Length <= MaxText && message.OperatingSystem.Length <= MaxText && message.ServerId.Length <= 64, "a text is too long");
        Check(message.OsVersion.Length <= MaxText && message.Manufacturer.Length <= MaxText && message.Model.Length <= MaxText, "a text is too long");
        Check(message.Groups.Count <= MaxGroups && message.Groups.All(group => group.Length <= MaxText), "it names too many groups");
        return new ComputerReport
        {
            ComputerId = message.ComputerId,
            Incarnation = message.Incarnation,
            Counter = message.Counter,
            Name = message.Name,
            Address = message.Address,
            OperatingSystem = message.OperatingSystem,
            Groups = message.Groups.ToArray(),
            ServerId = message.ServerId,
            ReportedAt = Positions.Time(message.ReportedAt),
            OsVersion = ComputerFacts.Cut(message.OsVersion),
            Manufacturer = ComputerFacts.Cut(message.Manufacturer),
            Model = ComputerFacts.Cut(message.Model),
            UtcOffset = Offset(message.UtcOffset),
            Office = OfficeMessages.ToDomain(message.Office),
        };
    }

    /// <summary>From the contract.</summary>
    /// <exception cref="IntegrityException">It names no computer or no update, or a state that is none.</exception>
    public static StatusReport ToDomain(Protocol.Rollup.V1.StatusReport message)
    {
        Check(message.ComputerId.Length is > 0 and <= 128, "a computer's id has 1 to 128 characters");
        Check(message.State != Client.UpdateState.Unspecified, "it has no state");
        Check((int)message.State is > 0 and < StateCounts.MaxStates, "its state is none");
        Check(message.User.Length <= MaxUser, "the user's name is too long");
        Check((int)message.Hold is >= 0 and <= MaxHold, "what holds it is none");
        return new StatusReport(
            message.ComputerId, message.Incarnation, message.Counter, Positions.Id(message.UpdateId, "update"), message.RevisionNumber, (UpdateState)message.State, message.ResultCode,
            Positions.Time(message.Time), message.User, (HoldReason)message.Hold);
    }

    /// <summary>How far a clock is ahead of UTC; null where it is not said, and for what no clock on Earth shows.</summary>
    public static TimeSpan? Offset(Duration? offset) =>
        offset is { Seconds: >= -MaxOffsetSeconds and <= MaxOffsetSeconds } known ? TimeSpan.FromMinutes(known.Seconds / 60) : null;

    private static void Check(bool holds, string otherwise)
    {
        if (!holds) throw new IntegrityException($"Reading a report: {otherwise}. The server that sent it is damaged or much newer.");
    }
}
