using Hierarchy.Domain.Office;

namespace Hierarchy.Agent.Office;

/// <summary>Where there is no Windows: nothing to write to, and the users of the facts for whom it would be written.</summary>
/// <param name="users">The users of the computer now.</param>
internal sealed class WrittenUserRegistries(Func<IEnumerable<OfficeUser>> users) : IUserRegistries
{
    /// <inheritdoc/>
    public IReadOnlyList<string> Set(OfficeOnlineKey key, uint? data, ISet<string> names)
    {
        if (data is null) return [];
        names.Add("(default)");
        foreach (var user in users()) names.Add(user.Name);
        return [];
    }
}
