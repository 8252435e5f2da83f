using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Hierarchy.Domain;
using Hierarchy.Domain.Changes;
using Hierarchy.Protocol.Feed.V1;
using Hierarchy.Replication.Wire;
using Checkpoint = Hierarchy.Domain.Changes.Checkpoint;

namespace Hierarchy.Replication.Courier;

/// <summary>Headers of courier files between the contract and what they mean. What comes from outside is checked here.</summary>
public static class CourierHeaders
{
    private const int MostEpochs = 100_000;
    private const int MostAncestors = 64;
    private const int MostKinds = 256;

    /// <summary>A header without what its kind adds.</summary>
    public static CourierHeader Of(CourierKind kind, ServerIdentity self, DateTimeOffset now) =>
        new() { Kind = kind, ServerId = Positions.Id(self.Id), ServerName = self.Name, MadeAt = now.ToTimestamp() };

    /// <summary>The log's part of a header.</summary>
    public static CourierLog ToProto(CourierState state)
    {
        var log = new CourierLog { From = state.From.ToProto(), Checkpoint = state.Checkpoint.ToProto(), Floor = state.Floor, Records = state.Records };
        log.Epochs.Add(state.Epochs.Select(epoch => UnsafeByteOperations.UnsafeWrap(EpochPayload.Write(epoch))));
        log.Ancestry.Add(state.Ancestry.Select(Positions.Id));
        log.KindsLeftOut.Add(state.KindsLeftOut);
        return log;
    }

    /// <summary>Reads a header.</summary>
    /// <exception cref="IntegrityException">It is not one.</exception>
    public static CourierHeader Read(CourierFrame frame)
    {
        var header = Parse(CourierHeader.Parser, frame);
        var fits = header.Kind switch
        {
            CourierKind.Log => header.Log is not null && header.Standing is null,
            CourierKind.Status or CourierKind.Position => header.Standing is not null && header.Log is null,
            _ => false,
        };
        if (!fits) throw new IntegrityException($"The header of the courier file says that it carries {header.Kind}, and does not say what that needs. Export it anew, and compare the versions of both servers.");
        _ = Positions.Id(header.ServerId, "server id");
        return header;
    }

    /// <summary>What a log file leads to.</summary>
    /// <exception cref="IntegrityException">It contradicts itself.</exception>
    public static CourierState ReadState(CourierLog log)
    {
        if (log.Epochs.Count > MostEpochs || log.Ancestry.Count > MostAncestors || log.KindsLeftOut.Count > MostKinds || log.Floor < 0 || log.Records < 0)
            throw new IntegrityException("The header of the courier file is beyond every limit. Export it anew.");
        var checkpoint = log.Checkpoint.ToDomain();
        var (from, position) = (log.From.ToDomain(), checkpoint.Position);
        var epochs = EpochHistory.Read(log.Epochs.Select(payload => payload.Memory), position);
        if (!from.IsEmpty && EpochHistory.Locate(epochs, HeadOf(checkpoint, log.Floor), from) is not PositionStanding.Valid)
            throw new IntegrityException($"The courier file leads from {from} to {position}, which is no way in its own history. Export it anew.");
        for (var i = 1; i < log.KindsLeftOut.Count; i++)
            if (log.KindsLeftOut[i] <= log.KindsLeftOut[i - 1])
                throw new IntegrityException("The courier file names the kinds that it leaves out in no order. Export it anew.");
        return new CourierState(from, checkpoint, epochs, log.Floor, [.. log.Ancestry.Select(id => Positions.Id(id, "ancestry"))], [.. log.KindsLeftOut], log.Records);
    }

    /// <summary>The state that a file leads to, as a head that positions can be held against.</summary>
    internal static LogHead HeadOf(Checkpoint checkpoint, long floor) => new(checkpoint.Position, floor, checkpoint.Count, checkpoint.Digest);

    /// <summary>Reads the body of a frame.</summary>
    /// <exception cref="IntegrityException">It is not the message that its type says.</exception>
    public static T Parse<T>(MessageParser<T> parser, CourierFrame frame)
        where T : IMessage<T>
    {
        try
        {
            return parser.ParseFrom(frame.Body.Span);
        }
        catch (InvalidProtocolBufferException exception)
        {
            throw new IntegrityException($"A frame of the courier file is no {typeof(T).Name}. Export it anew, and compare the versions of both servers.", exception);
        }
    }
}
