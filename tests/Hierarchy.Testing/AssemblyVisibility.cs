using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Hierarchy.Tests")]
