namespace Hierarchy.Server.Succession;

/// <summary>Why this root decides nothing any more: kept as `superseded` in the data directory, and so true after a restart.</summary>
/// <param name="Epoch">The number of the other epoch.</param>
/// <param name="EpochId">Its random id.</param>
/// <param name="ServerName">The server that decides in it; empty when only its followers were met.</param>
/// <param name="GrpcUrl">Where that server answers; empty when unknown.</param>
/// <param name="ToldBy">Who told.</param>
/// <param name="IsDispute">The other epoch has the number of this server's own: neither wins by itself.</param>
/// <param name="Since">When this was learned, UTC.</param>
internal sealed record Supersession(int Epoch, Guid EpochId, string ServerName, string GrpcUrl, string ToldBy, bool IsDispute, DateTimeOffset Since)
{
    /// <summary>The file's name.</summary>
    public const string File = "superseded";

    /// <summary>For whoever asks this server to decide.</summary>
    public string Reason => IsDispute
        ? $"This root decides nothing: {Who} writes epoch {Epoch} of the same log too ({ToldBy} told). Choose the one that is to be the root, and run `hierarchy servers promote --yes` there; restart the other one with --role replica --parent URL."
        : $"This root decides nothing: {Who} is the root since epoch {Epoch} ({ToldBy} told). Ask that server; restart this one with --role replica --parent {(GrpcUrl.Length > 0 ? GrpcUrl : "URL")} to follow it.";

    private string Who => (ServerName.Length, GrpcUrl.Length) switch
    {
        (0, 0) => "another server",
        (_, 0) => ServerName,
        (0, _) => $"the server at {GrpcUrl}",
        _ => $"{ServerName} at {GrpcUrl}",
    };
}
