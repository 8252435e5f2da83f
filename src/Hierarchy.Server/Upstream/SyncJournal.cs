using System.Buffers.Binary;
using System.Globalization;
using System.Text.Json;
using Google.Protobuf;
using Hierarchy.Domain.Catalog;
using Hierarchy.Domain.Changes;
using Hierarchy.Domain.Synchronization;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Replication.Wire;
using SyncSchedule = Hierarchy.Domain.Synchronization.SyncSchedule;
using Hierarchy.Storage;
using Hierarchy.WindowsUpdate.Upstream;

namespace Hierarchy.Server.Upstream;

/// <summary>What a root remembers of its synchronizations, durably: the anchors per upstream, the last runs, and what is in quarantine.</summary>
internal sealed class SyncJournal(ILocalState state)
{
    /// <summary>Where the anchor of the upstream's decisions is kept.</summary>
    public const string DecisionsAnchor = "sync/decisions";

    /// <summary>Runs that are kept.</summary>
    public const int KeptRuns = 100;

    private const string Anchors = "sync/anchors/";
    private const string Runs = "sync/run/";
    private const string Quarantine = "sync/quarantine/";
    private const string ReaderVersion = "sync/reader-version";
    private const string Keyless = "sync/keyless/";
    private const string KeySecret = "sync/key-secret";
    private const string Languages = "sync/languages";
    private const string Schedule = "sync/schedule";

    /// <summary>
    /// The anchors of that upstream; none for one never asked. They say "everything until then is in the log": where the log has lost the place that they were kept at (an older file was put back), they are
    /// forgotten, since the upstream would leave out what is missing.
    /// </summary>
    public async ValueTask<SyncAnchors> LoadAnchorsAsync(Uri upstream, ILogReader log, CancellationToken cancellationToken)
    {
        var bytes = await state.GetAsync(Anchors + upstream.AbsoluteUri, cancellationToken);
        if (bytes is null || JsonSerializer.Deserialize<StoredAnchors>(bytes) is not { } stored) return SyncAnchors.None;
        if (stored.Standing is null || EpochHistory.Locate(log.Epochs, log.Head, stored.Standing.ToPosition()) is PositionStanding.Valid or PositionStanding.BelowFloor) return stored.ToAnchors();
        await SaveAnchorsAsync(upstream, SyncAnchors.None, log.Head.Position, cancellationToken);
        return SyncAnchors.None;
    }

    /// <summary>How far the log held all that a synchronization with that upstream had taken when it last kept its anchors; 0 where none did, or where the log has lost that place.</summary>
    public async ValueTask<long> LoadStandingAsync(Uri upstream, ILogReader log, CancellationToken cancellationToken) =>
        await state.GetAsync(Anchors + upstream.AbsoluteUri, cancellationToken) is { } bytes && JsonSerializer.Deserialize<StoredAnchors>(bytes)?.Standing?.ToPosition() is { } standing
        && EpochHistory.Locate(log.Epochs, log.Head, standing) is PositionStanding.Valid or PositionStanding.BelowFloor ? standing.Sequence : 0;

    /// <summary>Keeps the anchors, and where the log stands that holds what they stand for. An upstream whose anchors are forgotten is another one, so that of its decisions goes with them.</summary>
    public ValueTask SaveAnchorsAsync(Uri upstream, SyncAnchors anchors, Position standing, CancellationToken cancellationToken)
    {
        var values = new List<KeyValuePair<string, ReadOnlyMemory<byte>?>> { new(Anchors + upstream.AbsoluteUri, JsonSerializer.SerializeToUtf8Bytes(StoredAnchors.From(anchors, standing))) };
        if (anchors is { Config: null, Categories: null, Updates: null }) values.Add(new(DecisionsAnchor, null));
        return state.SetAllAsync(values, cancellationToken);
    }

    /// <summary>Short names of the languages that the upstream offers; none before it was asked.</summary>
    public async ValueTask<IReadOnlyList<string>> LoadLanguagesAsync(CancellationToken cancellationToken) =>
        await state.GetAsync(Languages, cancellationToken) is { } bytes ? JsonSerializer.Deserialize<string[]>(bytes) ?? [] : [];

    public ValueTask SaveLanguagesAsync(IEnumerable<string> languages, CancellationToken cancellationToken) =>
        state.SetAsync(Languages, JsonSerializer.SerializeToUtf8Bytes(languages.Select(language => language.ToLowerInvariant()).Order(StringComparer.Ordinal)), cancellationToken);

    /// <summary>When synchronizations start by themselves, and the next start.</summary>
    public async ValueTask<SyncAgenda> LoadAgendaAsync(CancellationToken cancellationToken) =>
        await state.GetAsync(Schedule, cancellationToken) is { } bytes && JsonSerializer.Deserialize<StoredAgenda>(bytes) is { } stored ? stored.ToAgenda() : SyncAgenda.Never;

    public ValueTask SaveAgendaAsync(SyncAgenda agenda, CancellationToken cancellationToken) =>
        state.SetAsync(Schedule, JsonSerializer.SerializeToUtf8Bytes(new StoredAgenda(agenda.Schedule.TimesADay, (int)agenda.Schedule.First.TotalMinutes, agenda.Next)), cancellationToken);

    /// <summary>A run without an end was under way when the server died: says so.</summary>
    public async ValueTask CloseInterruptedAsync(CancellationToken cancellationToken)
    {
        var changes = new List<KeyValuePair<string, ReadOnlyMemory<byte>?>>();
        foreach (var (key, value) in await state.ListAsync(Runs, cancellationToken))
        {
            var run = SyncRun.Parser.ParseFrom(value);
            if (run.EndedAt is not null || run.Outcome is not (SyncOutcome.Running or SyncOutcome.Unspecified)) continue;
            run.Outcome = SyncOutcome.Interrupted;
            run.Error = "The server ended in the middle of this synchronization; the next one goes on behind what was stored.";
            changes.Add(new(key, run.ToByteArray()));
        }

        if (changes.Count > 0) await state.SetAllAsync(changes, cancellationToken);
    }

    /// <summary>The last runs, newest first.</summary>
    public async ValueTask<IReadOnlyList<SyncRun>> ListRunsAsync(int most, CancellationToken cancellationToken) =>
        (await state.ListAsync(Runs, cancellationToken)).OrderByDescending(run => run.Key, StringComparer.Ordinal).Take(most).Select(run => SyncRun.Parser.ParseFrom(run.Value)).ToArray();

    /// <summary>Keeps a run under its start, again when it ends, and forgets the oldest.</summary>
    public async ValueTask SaveRunAsync(SyncRun run, CancellationToken cancellationToken)
    {
        var changes = new List<KeyValuePair<string, ReadOnlyMemory<byte>?>> { new(Runs + run.StartedAt.ToDateTime().Ticks.ToString("D19", CultureInfo.InvariantCulture), run.ToByteArray()) };
        var known = await state.ListAsync(Runs, cancellationToken);
        changes.AddRange(known.OrderByDescending(kept => kept.Key, StringComparer.Ordinal).Skip(KeptRuns).Select(old => new KeyValuePair<string, ReadOnlyMemory<byte>?>(old.Key, null)));
        await state.SetAllAsync(changes, cancellationToken);
    }

    public async ValueTask<IReadOnlyList<Protocol.Admin.V1.QuarantinedDocument>> ListQuarantinedAsync(CancellationToken cancellationToken) =>
        (await state.ListAsync(Quarantine, cancellationToken)).Select(document => Protocol.Admin.V1.QuarantinedDocument.Parser.ParseFrom(document.Value)).ToArray();

    /// <summary>Which revision a document in quarantine is.</summary>
    public static RevisionId IdOf(Protocol.Admin.V1.QuarantinedDocument document) => new(Positions.Id(document.Identity.UpdateId, "update"), document.Identity.RevisionNumber);

    public ValueTask QuarantineAsync(RevisionId id, Protocol.Admin.V1.QuarantinedDocument document, CancellationToken cancellationToken) =>
        state.SetAsync(Quarantine + id, document.ToByteArray(), cancellationToken);

    /// <summary>Which version of the reader last tried everything in quarantine; 0 for one before versions were kept.</summary>
    public async ValueTask<int> LoadReaderVersionAsync(CancellationToken cancellationToken) =>
        await state.GetAsync(ReaderVersion, cancellationToken) is { Length: sizeof(int) } bytes ? BinaryPrimitives.ReadInt32BigEndian(bytes) : 0;

    public ValueTask SaveReaderVersionAsync(int version, CancellationToken cancellationToken)
    {
        var bytes = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(bytes, version);
        return state.SetAsync(ReaderVersion, bytes, cancellationToken);
    }

    /// <summary>Revisions whose decryption keys are wanting.</summary>
    public async ValueTask<IReadOnlyList<RevisionId>> ListKeylessAsync(CancellationToken cancellationToken) =>
        [.. (await state.ListAsync(Keyless, cancellationToken)).Select(entry => RevisionId.TryFromKey(entry.Value, out var id) ? id : default).Where(id => id != default)];

    /// <summary>Notes revisions as wanting their keys, and others as having them.</summary>
    public async ValueTask SaveKeylessAsync(IEnumerable<RevisionId> wanting, IEnumerable<RevisionId> having, CancellationToken cancellationToken)
    {
        KeyValuePair<string, ReadOnlyMemory<byte>?>[] changes =
        [
            .. wanting.Select(id => new KeyValuePair<string, ReadOnlyMemory<byte>?>(Keyless + id, id.ToKey())),
            .. having.Select(id => new KeyValuePair<string, ReadOnlyMemory<byte>?>(Keyless + id, null)),
        ];
        if (changes.Length > 0) await state.SetAllAsync(changes, cancellationToken);
    }

    /// <summary>The id of the secret that seals the keys; null before the first.</summary>
    public ValueTask<byte[]?> LoadKeySecretAsync(CancellationToken cancellationToken) => state.GetAsync(KeySecret, cancellationToken);

    public ValueTask SaveKeySecretAsync(ReadOnlyMemory<byte> id, CancellationToken cancellationToken) => state.SetAsync(KeySecret, id, cancellationToken);

    /// <summary>Takes out of quarantine what has been stored since.</summary>
    public ValueTask ReleaseAsync(IReadOnlyCollection<RevisionId> ids, CancellationToken cancellationToken) => ids.Count == 0
        ? ValueTask.CompletedTask
        : state.SetAllAsync([.. ids.Select(id => new KeyValuePair<string, ReadOnlyMemory<byte>?>(Quarantine + id, null))], cancellationToken);

    private sealed record StoredAgenda(int TimesADay, int FirstMinute, DateTimeOffset? Next)
    {
        public SyncAgenda ToAgenda() => new(new SyncSchedule(TimesADay, TimeSpan.FromMinutes(FirstMinute)), Next);
    }

    /// <summary>Standing: absent in what an earlier version kept.</summary>
    private sealed record StoredAnchors(string? Config, string? Categories, string? Updates, Guid[] Products, Guid[] Classifications, StoredPosition? Standing = null)
    {
        public static StoredAnchors From(SyncAnchors anchors, Position standing) => new(
            anchors.Config, anchors.Categories, anchors.Updates, [.. anchors.Products], [.. anchors.Classifications],
            new StoredPosition(standing.Log.Value, standing.Epoch, standing.EpochId, standing.Sequence));

        public SyncAnchors ToAnchors() => new()
        {
            Config = Config,
            Categories = Categories,
            Updates = Updates,
            Products = Products.ToHashSet(),
            Classifications = Classifications.ToHashSet(),
        };
    }

    private sealed record StoredPosition(Guid Log, int Epoch, Guid EpochId, long Sequence)
    {
        public Position ToPosition() => new(new LogId(Log), Epoch, EpochId, Sequence);
    }
}
