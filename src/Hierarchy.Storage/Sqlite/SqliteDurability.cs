namespace Hierarchy.Storage.Sqlite;

/// <summary>When a commit reaches the disk.</summary>
internal enum SqliteDurability
{
    /// <summary>Before the commit returns: for what exists nowhere else.</summary>
    Full = 1,

    /// <summary>Later, in order, whole transactions only: for what another server has and gives again.</summary>
    Normal = 2,
}
