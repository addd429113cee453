export { beginLike } from './begin-like';
export { lessonResult, type LessonResult } from './lesson-result';
export { lessonRecipe } from './recipe';
export { lessonRun, type LessonRun } from './lesson-run';
export {
  comparedNetworks,
  profileFor,
  profiles,
  seedsFor,
  type ComparedNetwork,
  type NetworkProfile,
  type Profile,
  type ProfileName,
} from './profiles';
export { networkResult, type NetworkResult } from './result';
