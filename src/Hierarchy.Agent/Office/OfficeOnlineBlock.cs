using System.Text.Json;
using Hierarchy.Agent.State;
using Hierarchy.Domain.Office;
using Microsoft.Extensions.Logging;

namespace Hierarchy.Agent.Office;

/// <summary>
/// Keeps users from fetching updates of Office by themselves, or lets them again: writes the documented values (<see cref="OfficeOnlineKeys"/>) for every user, and says in `office-online.json` what was
/// written and for which Office there is nothing to write.
/// </summary>
internal sealed partial class OfficeOnlineBlock(StateFolder folder, IUserRegistries registries, ILogger logger)
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true };

    private readonly string _path = folder.Combine("office-online.json");

    /// <summary>Does what the policy says. What this agent did not set is not taken away.</summary>
    internal void Apply(bool isBlocked, OfficeReport office)
    {
        var was = Read();
        if (!isBlocked && was is not { Blocked: true }) return;
        var users = new HashSet<string>(was?.Users ?? [], StringComparer.OrdinalIgnoreCase);
        foreach (var key in OfficeOnlineKeys.All)
        {
            var problems = registries.Set(key, isBlocked ? key.Blocked : null, users);
            foreach (var problem in problems) Log.NotWritten(logger, key.ValueName, problem);
        }

        var now = new State(
            isBlocked, isBlocked ? [.. OfficeOnlineKeys.All.Select(key => new Value(key.Line.ToString(), key.Key, key.ValueName, key.Blocked, key.Policy))] : [],
            isBlocked ? [.. users.Order(StringComparer.OrdinalIgnoreCase)] : [],
            isBlocked ? [.. office.Installations.Select(OfficeOnlineKeys.WhyNotEnforceable).OfType<string>().Distinct()] : []);
        var bytes = JsonSerializer.SerializeToUtf8Bytes(now, Json);
        if (File.Exists(_path) && File.ReadAllBytes(_path).AsSpan().SequenceEqual(bytes)) return;
        AtomicFile.Write(_path, bytes);
        Log.Written(logger, isBlocked, now.Users.Count, now.NotEnforceable.Count);
    }

    private State? Read()
    {
        try
        {
            return File.Exists(_path) ? JsonSerializer.Deserialize<State>(File.ReadAllBytes(_path), Json) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private sealed record Value(string Line, string Key, string Name, uint Data, string Policy);

    private sealed record State(bool Blocked, IReadOnlyList<Value> Values, IReadOnlyList<string> Users, IReadOnlyList<string> NotEnforceable);

    private static partial class Log
    {
        [LoggerMessage(7830, LogLevel.Information, "Users fetch updates of Office by themselves: blocked is {Blocked}, for {Users} users; {NotEnforceable} kinds of Office obey no documented policy")]
        internal static partial void Written(ILogger logger, bool blocked, int users, int notEnforceable);

        [LoggerMessage(7831, LogLevel.Warning, "The policy value {Name} cannot be written: {Cause}")]
        internal static partial void NotWritten(ILogger logger, string name, string cause);
    }
}
