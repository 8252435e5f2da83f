namespace Hierarchy.Replication.Succession;

/// <summary>An epoch of the log that began at another authority than the one whose state is at hand.</summary>
/// <param name="Epoch">Its number.</param>
/// <param name="EpochId">Its random id; empty when unknown.</param>
/// <param name="ServerName">The server that decides in it, for people; empty when unknown.</param>
/// <param name="GrpcUrl">Where that server answers; empty when unknown.</param>
public sealed record NewerReign(int Epoch, Guid EpochId, string ServerName, string GrpcUrl)
{
    /// <summary>Who decides, as far as it is known, for a sentence.</summary>
    public string Who => (ServerName.Length, GrpcUrl.Length) switch
    {
        (0, 0) => "another server",
        (_, 0) => ServerName,
        (0, _) => $"the server at {GrpcUrl}",
        _ => $"{ServerName} at {GrpcUrl}",
    };
}
