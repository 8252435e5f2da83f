using System.Text.Json;
using Hierarchy.Agent.State;

namespace Hierarchy.Agent.Policies;

/// <summary>
/// What users said to install: a file for each time, in `wanted/`, written by `install-now` and taken away by the agent once all of it was tried or is gone. So the word survives a crash on either side, and
/// needs no agent that runs.
/// </summary>
internal static class Consents
{
    private const string Folder = "wanted";

    /// <summary>Writes one down. Durable when it returns.</summary>
    internal static void Write(string state, IReadOnlyCollection<Guid> updates)
    {
        var folder = Directory.CreateDirectory(Path.Combine(state, Folder)).FullName;
        AtomicFile.Write(Path.Combine(folder, $"{Guid.NewGuid():N}.json"), JsonSerializer.SerializeToUtf8Bytes(updates));
    }

    /// <summary>True when somebody said something that is not done.</summary>
    internal static bool AreThere(string state) => Directory.Exists(Path.Combine(state, Folder)) && Directory.EnumerateFiles(Path.Combine(state, Folder), "*.json").Any();

    /// <summary>All updates that somebody said to install.</summary>
    internal static HashSet<Guid> Read(string state) => [.. Files(state).SelectMany(file => file.Updates)];

    /// <summary>Takes away those whose updates are all done.</summary>
    internal static void Remove(string state, Func<Guid, bool> isDone)
    {
        foreach (var (path, updates) in Files(state))
            if (updates.All(isDone)) File.Delete(path);
    }

    private static IEnumerable<(string Path, Guid[] Updates)> Files(string state)
    {
        if (!Directory.Exists(Path.Combine(state, Folder))) yield break;
        foreach (var path in Directory.GetFiles(Path.Combine(state, Folder), "*.json"))
        {
            Guid[] updates;
            try
            {
                updates = JsonSerializer.Deserialize<Guid[]>(File.ReadAllBytes(path)) ?? [];
            }
            catch (JsonException)
            {
                updates = []; // Whole or not at all, so it is none of ours; it is taken away with the next that is done.
            }

            yield return (path, updates);
        }
    }
}
