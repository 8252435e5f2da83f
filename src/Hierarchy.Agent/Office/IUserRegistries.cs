using Hierarchy.Domain.Office;

namespace Hierarchy.Agent.Office;

/// <summary>The registries of the users of this computer: on Windows the real ones, elsewhere those that the facts name.</summary>
internal interface IUserRegistries
{
    /// <summary>Sets a value for every user that can be reached and for every one to come, or takes it away.</summary>
    /// <param name="key">Where.</param>
    /// <param name="data">What; null to take it away.</param>
    /// <param name="users">Taken away: for whom. Set: those for whom it was set are added; `(default)` for users to come.</param>
    /// <returns>What went wrong, for people.</returns>
    IReadOnlyList<string> Set(OfficeOnlineKey key, uint? data, ISet<string> users);
}
