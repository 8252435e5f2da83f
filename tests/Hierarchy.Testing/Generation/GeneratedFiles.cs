using Hierarchy.Testing.MicrosoftUpdate.Content;

namespace Hierarchy.Testing.Generation;

/// <summary>Makes files whose bytes depend on a seed alone.</summary>
internal static class GeneratedFiles
{
    public static ServedFile Create(string name, ulong seed, long length) => ServedFile.Create(name, new GeneratedBytes(seed, length));
}
