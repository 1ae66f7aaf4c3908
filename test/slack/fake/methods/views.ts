import { type Method, required } from './method.ts'

const open: Method = (args, { workspace, triggers }) => {
  const user = triggers.spend(required(args, 'trigger_id').trigger_id)
  return { view: workspace.views.open(user, args.view) }
}

const push: Method = (args, { workspace, triggers }) => {
  const user = triggers.spend(required(args, 'trigger_id').trigger_id)
  return { view: workspace.views.push(user, args.view) }
}

const update: Method = (args, { workspace }) => ({ view: workspace.views.update(args, args.view) })

const publish: Method = (args, { workspace }) => {
  const { id } = workspace.user(required(args, 'user_id').user_id)
  return { view: workspace.views.publish(id, args.view) }
}

export const views: Record<string, Method> = {
  'views.open': open,
  'views.push': push,
  'views.update': update,
  'views.publish': publish,
}
