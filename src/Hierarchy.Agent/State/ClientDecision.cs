using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Hierarchy.Domain;
using Hierarchy.Domain.Approvals;
using Hierarchy.Domain.Catalog;
using Wire = Hierarchy.Protocol.Client.V1;

namespace Hierarchy.Agent.State;

/// <summary>What the server wants this computer to do with one revision.</summary>
/// <param name="Number">The short number of the revision.</param>
/// <param name="Id">The revision.</param>
/// <param name="Action">What to do.</param>
/// <param name="Deadline">By when at the latest.</param>
/// <param name="Hash">Equal for equal decisions about equal documents.</param>
internal sealed record ClientDecision(int Number, RevisionId Id, DecisionAction Action, DateTimeOffset? Deadline, ulong Hash)
{
    /// <summary>The deadline is what the clock on this computer's wall shows, written as if it were UTC.</summary>
    internal bool IsDeadlineFloating { get; init; }

    internal bool IsInstall => Action == DecisionAction.Install;

    /// <exception cref="IntegrityException">The server sent something that is no decision.</exception>
    internal static ClientDecision FromWire(Wire.Decision decision)
    {
        if (decision.UpdateId.Length != 16 || decision.RevisionId <= 0)
            throw new IntegrityException($"The server sent a decision without a valid identity (revision {decision.RevisionId}). Its version may differ from this agent's.");
        var action = decision.Action switch
        {
            Wire.DecisionAction.Unspecified => throw new IntegrityException($"The server sent no action for revision {decision.RevisionId}."),
            Wire.DecisionAction.Install => DecisionAction.Install,
            Wire.DecisionAction.Uninstall => DecisionAction.Uninstall,
            Wire.DecisionAction.OptionalInstall => DecisionAction.OptionalInstall,
            Wire.DecisionAction.Bundle => DecisionAction.Bundle,

            // What a later server invents is at least looked at, and never acted upon.
            _ => DecisionAction.Evaluate,
        };
        return new ClientDecision(
            decision.RevisionId, new RevisionId(new Guid(decision.UpdateId.Span, bigEndian: true), decision.RevisionNumber), action,
            decision.Deadline?.ToDateTimeOffset(), decision.DecisionHash)
        {
            IsDeadlineFloating = decision.DeadlineIsFloating,
        };
    }

    internal Wire.Decision ToWire() => new()
    {
        RevisionId = Number,
        UpdateId = ByteString.CopyFrom(Id.UpdateId.ToByteArray(bigEndian: true)),
        RevisionNumber = Id.RevisionNumber,
        Action = (Wire.DecisionAction)Action,
        Deadline = Deadline?.ToTimestamp(),
        DecisionHash = Hash,
        DeadlineIsFloating = IsDeadlineFloating,
    };

    /// <summary>True when a document with that digest is the one that the decision is about.</summary>
    internal bool IsAbout(ReadOnlyMemory<byte> documentDigest)
    {
        var entry = new CatalogEntry { RevisionId = Number, Id = Id, Sequence = 0, Type = UpdateType.Unknown, Title = "", DocumentDigest = documentDigest };
        return new Decision(entry, Action, Deadline) { IsDeadlineFloating = IsDeadlineFloating }.Hash() == Hash;
    }
}
