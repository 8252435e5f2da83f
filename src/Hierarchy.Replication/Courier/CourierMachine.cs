using Hierarchy.Domain;
using Hierarchy.Domain.Changes;
using Hierarchy.Replication.Follower;
using Hierarchy.Replication.Wire;

namespace Hierarchy.Replication.Courier;

/// <summary>
/// The receiver's side of a log file, without I/O: decides whether the file fits where this server stands, what of it is missing here, and what a page may hold; the mirror proves the result
/// before anybody is served it.
/// </summary>
/// <param name="live">The state that the server serves; null for none.</param>
/// <param name="staging">What it has staged, perhaps from this file, before it was killed.</param>
/// <param name="isRotten">Its rows are not what its checkpoint says: only a file with everything puts that right.</param>
internal sealed class CourierMachine(Checkpoint? live, StagingState staging, bool isRotten = false)
{
    private CourierState _file = null!; // Set by the header, which comes first.
    private StagingMode _mode;
    private long _held;
    private long _through;
    private bool _isBegun;

    /// <summary>Why a file was refused, with the next step.</summary>
    public string Reason { get; private set; } = "";

    /// <summary>Records that were passed over: they are here, or staged.</summary>
    public long Passed { get; private set; }

    /// <summary>Records to be staged.</summary>
    public long Taken { get; private set; }

    /// <summary>What was served counts no more once this is folded.</summary>
    public bool Replaces => _mode == StagingMode.Snapshot && live is not null;

    /// <summary>The whole pages came, and their fold was asked for.</summary>
    public bool IsCaughtUp { get; private set; }

    private Position Here => live?.Position ?? Position.Empty;

    /// <summary>The file's header.</summary>
    /// <exception cref="IntegrityException">The file names another state than this server's for the same position.</exception>
    public CourierVerdict OnHeader(CourierState file)
    {
        _file = file;
        var to = file.Checkpoint.Position;
        if (live is null) return file.From.IsEmpty ? Fit(StagingMode.CatchUp) : Refuse($"it begins at {file.From}, and this server holds nothing yet. Make one with `hierarchy export FILE --all`.");
        if (to.Log != Here.Log)
            return Refuse($"it is of log {to.Log}, and this server mirrors log {Here.Log}. Export from a server of this tree{(file.IsCatalogOnly ? ", without --catalog-only" : "")}; to go over to another log, start on an empty data directory.");
        if (isRotten && !file.From.IsEmpty) return Refuse($"records in this server's storage have rotted, and it begins at {file.From}. Make one with `hierarchy export FILE --all`.");
        if (to == Here)
            return file.Checkpoint.SameStateAs(live)
                ? isRotten ? Fit(StagingMode.Snapshot) : CourierVerdict.AlreadyThere
                : throw new IntegrityException($"The courier file and this server name two states at {to}. One of the two is damaged: have both logs verified before anything is imported.");

        switch (EpochHistory.Locate(file.Epochs, CourierHeaders.HeadOf(file.Checkpoint, file.Floor), Here))
        {
            case PositionStanding.Valid when isRotten:
                return Fit(StagingMode.Snapshot);
            case PositionStanding.Valid when Here.Sequence >= file.From.Sequence:
                return Fit(StagingMode.CatchUp);
            case PositionStanding.Valid:
                return Refuse($"it begins at {file.From}; this server is at {Here}. {FromHere}");
            case PositionStanding.BelowFloor:
                return file.From.IsEmpty ? Fit(StagingMode.Snapshot) : Refuse($"it begins at {file.From}; this server is at {Here}. {FromHere}");
            case PositionStanding.Behind:
                return Refuse($"it leads to {to}, and this server is at {Here} already. Nobody goes back; take a newer file.");
            default:
                if (to.Epoch <= Here.Epoch) return Refuse($"its history ends in epoch {to.Epoch} and is not the one of this server at {Here}. Nobody goes back; export from the root.");
                return file.From.IsEmpty
                    ? Fit(StagingMode.Snapshot)
                    : Refuse($"the root was restored or another server took its place, and its history has parted from the one of this server at {Here}. Make a file with `hierarchy export FILE --all`.");
        }
    }

    /// <summary>What is to be done before the first page.</summary>
    public IReadOnlyList<FollowerEffect> Begin() => _isBegun ? [] : [BeginStaging()];

    /// <summary>A message of the feed from the file.</summary>
    /// <exception cref="IntegrityException">It may not come now; nothing of it is taken.</exception>
    public IReadOnlyList<FollowerEffect> OnMessage(FeedMessage message)
    {
        switch (message)
        {
            case FeedMessage.Page page when !IsCaughtUp:
                return OnPage(page);
            case FeedMessage.CaughtUp caughtUp when !IsCaughtUp:
                if (!caughtUp.Checkpoint.SameStateAs(_file.Checkpoint) || (_through != _file.Checkpoint.Position.Sequence && _through != 0)) throw Wrong("does not end where its header says");
                IsCaughtUp = true;
                return [new FollowerEffect.Fold(_file.Checkpoint)];
            default:
                throw Wrong("holds a message of the feed that has no place there");
        }
    }

    private static string FromHere => "Write its position with `hierarchy export --position FILE` here, and export with --since that file.";

    private CourierVerdict Fit(StagingMode mode)
    {
        var to = _file.Checkpoint.Position;
        _mode = mode;
        _held = mode == StagingMode.Snapshot ? 0 : Here.Sequence;
        // The rules of a feed that broke off: the source has come as far as whatever the staged pages were read at, and what it deleted for good since, they never held.
        _isBegun = staging.Mode == mode && staging.Through > _held && staging.SourceHead <= to.Sequence && _file.Floor <= Math.Max(staging.SourceFloor, staging.Through);
        if (_isBegun) _held = staging.Through;
        return CourierVerdict.Fits;
    }

    private CourierVerdict Refuse(string reason)
    {
        Reason = "This file does not fit: " + reason;
        return CourierVerdict.Refused;
    }

    private FollowerEffect.BeginStaging BeginStaging()
    {
        _isBegun = true;
        return new FollowerEffect.BeginStaging(_mode, _file.Floor);
    }

    private IReadOnlyList<FollowerEffect> OnPage(FeedMessage.Page page)
    {
        var after = Math.Max(_through, _file.From.Sequence);
        if (page.Through <= after || page.Head < page.Through || page.Head > _file.Checkpoint.Position.Sequence
            || (page.Records.Count > 0 && (page.Records[0].Sequence <= after || page.Records[^1].Sequence > page.Through)))
            throw Wrong($"holds a page as far as {page.Through}, read at {page.Head}, after one as far as {after}");
        _through = page.Through;
        var records = page.Records;
        if (page.Through <= _held)
        {
            Passed += records.Count;
            return [];
        }

        if (records.Count > 0 && records[0].Sequence <= _held)
        {
            records = [.. records.Where(record => record.Sequence > _held)];
            Passed += page.Records.Count - records.Count;
        }

        Taken += records.Count;
        return [new FollowerEffect.Stage(records, page.Through, page.Head)];
    }

    private static IntegrityException Wrong(string what) => new($"The courier file {what}. Nothing of it is served; export it anew, and compare the versions of both servers.");
}
