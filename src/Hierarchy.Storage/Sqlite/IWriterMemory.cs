namespace Hierarchy.Storage.Sqlite;

/// <summary>What a store keeps in memory of its file: follows the file, never runs ahead of it.</summary>
internal interface IWriterMemory
{
    /// <summary>A transaction has begun: whatever an earlier one that failed has left is forgotten.</summary>
    void Begin();

    /// <summary>Writes what belongs to the transaction as a whole; false when there is nothing to commit.</summary>
    bool Prepare();

    /// <summary>The transaction is durable: shows it to readers.</summary>
    void Committed();
}
