using Dapper;
using Hierarchy.Domain.Changes;
using Microsoft.Data.SqlClient;

namespace Hierarchy.Storage.SqlServer;

/// <summary>What a mirror has staged, without the rows: how far they reach, how many of them are live and their digest, so that a fold has to read no staged row again.</summary>
/// <param name="State">For the follower.</param>
/// <param name="Count">Live records staged.</param>
/// <param name="Digest">Of those.</param>
internal sealed record MirrorStaging(StagingState State, long Count, ReadOnlyMemory<byte> Digest)
{
    public static MirrorStaging None { get; } = new(StagingState.None, 0, LogHead.Empty.Digest);

    /// <summary>Reads it, in the caller's transaction.</summary>
    public static MirrorStaging Read(SqlServerDatabase database, SqlConnection connection, SqlTransaction transaction)
    {
        var row = connection.QuerySingleOrDefault<Row>(database.Sql(LogTables.ReadStaging), param: null, transaction, database.Timeout)
            ?? throw SqlServerErrors.Damaged(database.Name, "the row of the staging is gone");
        return row.Mode == 0 ? None : new MirrorStaging(new StagingState((StagingMode)row.Mode, row.Through, row.SourceFloor, row.SourceHead), row.LiveCount, row.Digest);
    }

    /// <summary>Writes it, in the caller's transaction, and removes the staged rows where it begins anew or ends.</summary>
    public int Write(SqlServerDatabase database, SqlConnection connection, SqlTransaction transaction, bool dropRows)
    {
        if (dropRows) connection.Execute(database, LogTables.DropStaged, transaction);
        var parameters = new ParameterList()
            .Add("mode", (int)State.Mode)
            .Add("through", State.Through)
            .Add("sourceFloor", State.SourceFloor)
            .Add("sourceHead", State.SourceHead)
            .Add("liveCount", Count)
            .Add("digest", Digest, LogDigest.Size);
        return connection.Execute(database, LogTables.WriteStaging, transaction, parameters.Values);
    }

    private sealed class Row
    {
        public int Mode { get; set; }

        public long Through { get; set; }

        public long SourceFloor { get; set; }

        public long SourceHead { get; set; }

        public long LiveCount { get; set; }

        public byte[] Digest { get; set; } = [];
    }
}
