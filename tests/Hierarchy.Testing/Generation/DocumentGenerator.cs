using Hierarchy.Testing.MicrosoftUpdate.Documents;

namespace Hierarchy.Testing.Generation;

/// <summary>Generates documents that differ from each other, the same for the same seed.</summary>
public sealed class DocumentGenerator(int seed)
{
    /// <summary>Plans so many documents as groups whose documents name each other; each group can be made on its own, at any time, by any thread.</summary>
    public IReadOnlyList<Func<IReadOnlyList<SourceDocument>>> Plan(int count) =>
        [.. Enumerable.Range(0, count).Select(index => (Func<IReadOnlyList<SourceDocument>>)(() => [CategoryDocuments.Detectoid(IdOf(index), $"Detectoid {index}")]))];

    private Guid IdOf(int index) => new(seed, 0, 0, BitConverter.GetBytes((long)index));
}
