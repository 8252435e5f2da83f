using Hierarchy.Domain;
using Hierarchy.WindowsUpdate.Upstream;

namespace Hierarchy.Server.Upstream;

/// <summary>Which products and classifications a root takes, from the configuration: `Upstream:Products` and `Upstream:Classifications`, ids with commas between. Absent: everything that is offered.</summary>
internal static class ChosenUpdates
{
    /// <summary>Reads the choice.</summary>
    /// <exception cref="IntegrityException">An id is not one.</exception>
    public static SyncFilter From(IConfiguration configuration) => new()
    {
        Products = Ids(configuration, "Upstream:Products"),
        Classifications = Ids(configuration, "Upstream:Classifications"),
    };

    private static HashSet<Guid>? Ids(IConfiguration configuration, string key)
    {
        var text = configuration[key];
        if (string.IsNullOrWhiteSpace(text)) return null;
        return text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(id => Guid.TryParse(id, out var parsed) ? parsed : throw new IntegrityException($"{key} holds '{id}', which is not an id: write ids of categories with commas between, or leave it out for all."))
            .ToHashSet();
    }
}
