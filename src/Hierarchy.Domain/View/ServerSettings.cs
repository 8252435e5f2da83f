namespace Hierarchy.Domain.View;

/// <summary>What an administrator decided about one server.</summary>
/// <param name="TakesContentFromMicrosoft">True: files come from Microsoft Update; false: from its parent; null: as the server's own settings say.</param>
public sealed record ServerSettings(bool? TakesContentFromMicrosoft);
